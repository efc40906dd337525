"""helpers.generation: order, padding, limits and errors, on random tiny models."""

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    GenerationConfig,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

from helpers.generation import generate_texts, generating, tokenize_prompts
from offline import stand_in

ENGLISH = [
    "Open the file",
    "If this option is checked, all selected threads are hidden.",
    "Delete this email",
    "Unable to import %1 using the PDF importer plugin. This file is empty.",
    "Do you really want to delete this thread?",
]


@pytest.fixture(scope="module")
def marian():
    folder = stand_in("marian_ui")
    model = AutoModelForSeq2SeqLM.from_pretrained(folder)
    return model, AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def gpt2():
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = {word: index for index, word in enumerate(["<pad>", *"abcdefghij"])}
    backend = Tokenizer(WordLevel(words, unk_token="a"))
    backend.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="<pad>")
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(words),
        n_positions=16,
        n_embd=32,
        n_layer=2,
        n_head=2,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
        initializer_range=0.5,
    )
    return GPT2LMHeadModel(config).eval(), tokenizer


@pytest.mark.parametrize("num_beams", [1, 4])
def test_batches_change_nothing(marian, num_beams):
    model, tokenizer = marian
    options = {"max_new_tokens": 60, "num_beams": num_beams}
    alone = [generate_texts([text], model, tokenizer, **options)[0] for text in ENGLISH]
    for batch_size in (2, 5):
        texts = generate_texts(
            ENGLISH, model, tokenizer, batch_size=batch_size, **options
        )
        assert texts == alone
    assert len(set(alone)) == len(ENGLISH)


def test_equals_plain_generate(marian):
    model, tokenizer = marian
    inputs = tokenizer(ENGLISH[3], return_tensors="pt")
    output = model.generate(**inputs, num_beams=1, max_length=61)
    expected = tokenizer.decode(output[0], skip_special_tokens=True)
    given = generate_texts([ENGLISH[3]], model, tokenizer, max_new_tokens=60)
    assert given == [expected]


def test_decoder_only_returns_the_continuation_of_left_padded_prompts(gpt2):
    model, tokenizer = gpt2
    prompts = ["a b c d e f", "b", "c d"]
    alone = [
        generate_texts([prompt], model, tokenizer, max_new_tokens=5)[0]
        for prompt in prompts
    ]
    assert generate_texts(prompts, model, tokenizer, max_new_tokens=5) == alone
    ids = tokenizer("a b c d e f", return_tensors="pt")["input_ids"]
    output = model.generate(ids, max_new_tokens=5, do_sample=False)
    assert tokenizer.decode(output[0, 6:]) == alone[0]
    assert all(len(text.split()) == 5 for text in alone)


def test_max_new_tokens_bounds_the_output(marian):
    model, tokenizer = marian
    (text,) = generate_texts([ENGLISH[3]], model, tokenizer, max_new_tokens=3)
    assert 1 <= len(tokenizer(text_target=text)["input_ids"]) <= 4


def test_model_is_left_as_it_was(marian):
    model, tokenizer = marian
    model.train()
    generate_texts(["Open the file"], model, tokenizer, max_new_tokens=5)
    assert model.training
    assert model.generation_config.max_length == 512
    with pytest.raises(RuntimeError), generating(model):
        assert not model.training
        assert model.generation_config.max_length is None
        raise RuntimeError
    assert model.training
    assert model.generation_config.max_length == 512
    model.eval()


def test_long_input_is_cut(marian):
    _, tokenizer = marian
    long_text = "file " * 2000
    assert len(tokenize_prompts([long_text], tokenizer)[0]) == 512
    assert len(tokenize_prompts([long_text], tokenizer, max_length=9)[0]) == 9


def test_a_long_prompt_keeps_its_end_where_it_is_continued(gpt2, marian):
    model, tokenizer = gpt2
    options = {"max_new_tokens": 4, "max_length": 3}
    texts = ["a b c g h i", "g h i", "a b c"]
    cut, end, beginning = generate_texts(texts, model, tokenizer, **options)
    assert cut == end != beginning
    assert tokenizer.truncation_side == "right"
    model, tokenizer = marian
    texts = [f"Open {'the file ' * 9}", "Open the"]
    cut, beginning = generate_texts(texts, model, tokenizer, **options)
    assert cut == beginning


def test_the_least_and_the_most_that_fits(gpt2):
    model, tokenizer = gpt2
    texts = generate_texts(
        ["a " * 12, "b"], model, tokenizer, max_new_tokens=4, batch_size=1
    )
    assert [len(text.split()) for text in texts] == [4, 4]
    (text,) = generate_texts(["a b"], model, tokenizer, max_new_tokens=1, max_length=1)
    assert text
    with pytest.raises(ValueError, match="or set max_length to 1$"):
        generate_texts(["a b"], model, tokenizer, max_new_tokens=15)


def test_a_stop_of_the_callers_ends_each_text_alike_in_every_batch(gpt2, monkeypatch):
    """What fills up the rows that stopped earlier is no text."""
    model, tokenizer = gpt2
    monkeypatch.setattr(model.generation_config, "pad_token_id", None)
    texts = ["a b c d e f", "b", "c d"]
    lengths = []
    for stop in range(1, 11):
        options = {"max_new_tokens": 9, "eos_token_id": stop}
        alone = [generate_texts([text], model, tokenizer, **options) for text in texts]
        together = generate_texts(texts, model, tokenizer, **options)
        assert [[text] for text in together] == alone
        lengths.append({len(text.split()) for text in together})
    assert max(map(len, lengths)) > 1  # some stopped earlier than others


def test_stop_strings():
    folder = stand_in("prose_gpt2")
    model = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts, options = ["The library is"], {"max_new_tokens": 12}
    [plain] = generate_texts(texts, model, tokenizer, **options)
    stop = plain.split()[2]
    [stopped] = generate_texts(texts, model, tokenizer, stop_strings=[stop], **options)
    assert plain.startswith(stopped) and stopped.endswith(stop)
    assert len(stopped) < len(plain)


def test_a_configuration_that_would_be_overruled_is_refused(marian):
    settings = GenerationConfig(num_beams=4)
    with pytest.raises(ValueError, match="give its settings as arguments"):
        generate_texts(ENGLISH, *marian, max_new_tokens=9, generation_config=settings)


def test_more_than_the_model_has_positions_is_refused(marian):
    model, tokenizer = marian
    places = model.config.max_position_embeddings
    options = {"max_new_tokens": 2, "max_length": places + 10}
    with pytest.raises(ValueError, match=f"set max_length to {places}"):
        generate_texts(["file " * 2 * places], model, tokenizer, **options)
    options["max_length"] = places
    assert generate_texts(["file " * 2 * places], model, tokenizer, **options)
