"""helpers.summarization: cleaning, filtering, tokenizing, sentences and ROUGE."""

import functools
import json
import random

import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer

from helpers.summarization import (
    Rouge,
    clean_text,
    count_truncated,
    has_summary,
    lead_sentences,
    load_reviews,
    load_sentence_splitter,
    rouge,
    rouge_by_language,
    split_sentences,
    split_words,
    tokenize_reviews,
)
from offline import stand_in
from offline.reviews import write_review
from tools.notebooks import lifted


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(stand_in("mt5_reviews"))


@pytest.fixture(scope="module")
def splitters():
    rng = random.Random(1)
    found = {}
    for language in ("en", "es"):
        texts = [
            " ".join(write_review(rng, language, "book")["sentences"])
            for _ in range(400)
        ]
        found[language], origin = load_sentence_splitter(language, texts)
        assert origin == "Punkt, trained on 400 texts"
    return found


def test_load_reviews_from_a_folder():
    dataset = load_reviews(stand_in("reviews"), "es")
    assert set(dataset) == {"train", "validation", "test"}
    assert set(dataset["test"]["language"]) == {"es"}


def test_load_reviews_from_the_hub_names_the_files(monkeypatch):
    """The copies hold a loading script, which `datasets` refuses to run."""
    import datasets
    import huggingface_hub

    called = {}

    def load_dataset(builder, data_files):
        called.update(data_files, builder=builder)

    def hf_hub_download(name, file, *, repo_type):
        assert repo_type == "dataset"
        return f"/cache/{name}/{file}"

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", hf_hub_download)
    load_reviews("someone/amazon_reviews_multi", "en")
    assert called["builder"] == "json"
    folder = "/cache/someone/amazon_reviews_multi/en"
    for split in ("train", "validation", "test"):
        assert called[split] == f"{folder}/{split}.jsonl.gz"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Loved it!<br /><br />Twice &amp; again", "Loved it! Twice & again"),
        ("a <b>bold</b>  tale\n", "a bold tale"),
        ("3 < 4 and 5 > 2, I <3 it 👍", "3 < 4 and 5 > 2, I <3 it 👍"),
        ("¿Qu&eacute;?", "¿Qué?"),
    ],
)
def test_clean_text(text, clean):
    assert clean_text(text) == clean


@pytest.mark.parametrize(
    ("title", "body", "kept"),
    [
        ("A fine book", "I read it in May and liked it.", True),
        ("Five stars", "I read it in May and liked it.", False),
    ],
)
def test_has_summary(title, body, kept):
    assert has_summary({"review_title": title, "review_body": body}) is kept


def test_tokenize_reviews(tokenizer):
    reviews = {"review_body": ["A short tale. " * 300, "Corto."], "review_title": []}
    reviews["review_title"] = ["A tale", "Un cuento muy corto " * 20]
    tokens = tokenize_reviews(reviews, tokenizer)
    assert len(tokens["input_ids"][0]) == 512
    assert len(tokens["labels"][1]) == 30
    assert tokens["labels"][0][-1] == tokenizer.eos_token_id
    assert tokens["labels"][0] == tokenizer(text_target="A tale")["input_ids"]


def test_count_truncated(tokenizer):
    texts = ["word " * 5000, "two words"]
    assert count_truncated(texts, tokenizer, max_length=512) == 1
    length = len(tokenizer("two words")["input_ids"])
    assert count_truncated(["two words"], tokenizer, max_length=length) == 0
    assert count_truncated(["two words"], tokenizer, max_length=length - 1) == 1


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["It came from the U.S. in May.", "Dr. Brown likes it, e.g. the end."]),
        ("en", ["I waited... and waited.", "Then it came!", "Was it good?", "Yes."]),
        ("en", ["Well...", "It has approx. 300 pages."]),
        ("en", ["I waited… and waited…", "Then it came."]),
        ("es", ["Trae extras, p. ej. un mapa.", "Viene de EE. UU. en mayo."]),
        ("es", ["¡Qué libro!", "¿Lo leerías otra vez?", "Yo sí."]),
        ("es", ["Me preguntó...", "¿Y tú?", "Está en la pág. 34.", "¡Por fin!"]),
        ("es", ["Espera... ¿de verdad?", "La Sra. Moreno no."]),
    ],
)
def test_split_sentences(splitters, language, sentences):
    assert split_sentences(" ".join(sentences), splitters[language]) == sentences


@pytest.mark.parametrize("language", ["en", "es"])
def test_split_sentences_of_unseen_reviews(splitters, language):
    """Punkt weighs evidence, so a rare start after "..." may escape it."""
    rng = random.Random(2)
    right = 0
    for _ in range(200):
        sentences = write_review(rng, language, "digital_ebook_purchase")["sentences"]
        right += split_sentences(" ".join(sentences), splitters[language]) == sentences
    assert right >= 0.95 * 200


@pytest.mark.parametrize(
    "sentences",
    [
        ["这本书很好。", "你呢？", "他说：“很好。”"],
        ["面白い！？", "彼は「すごい。」と言った。", "また読む"],
    ],
)
def test_split_sentences_without_spaces(splitters, sentences):
    assert split_sentences("".join(sentences), splitters["en"]) == sentences


def test_lead_sentences(splitters):
    text = "One is here. Two is here. Three is here. Four is here."
    lead = lead_sentences(text, splitters["en"])
    assert lead == "One is here.\nTwo is here.\nThree is here."
    assert lead_sentences("Only one.", splitters["en"], count=2) == "Only one."


def test_split_words():
    assert split_words("El niño leyó la trilogía.") == [
        "el",
        "niño",
        "leyó",
        "la",
        "trilogía",
    ]
    assert split_words("我喜欢 it, カナ2") == ["我", "喜", "欢", "it", "カ", "ナ", "2"]
    assert split_words("trilogi\u0301a") == ["trilogía"]  # a letter and its accent
    assert split_words("snake_case, it's") == ["snake", "case", "it", "s"]
    assert split_words("loved stories the", use_stemmer=True) == [
        "love",
        "stori",
        "the",
    ]


@pytest.mark.parametrize("use_stemmer", [False, True])
def test_rouge_equals_rouge_score_on_plain_english(use_stemmer):
    rng = random.Random(3)
    texts = ["\n".join(write_review(rng, "en", "book")["sentences"]) for _ in range(40)]
    predictions, references = texts[::2], texts[1::2]
    types = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorer = RougeScorer(types, use_stemmer=use_stemmer)
    ours = Rouge().compute(
        predictions=predictions, references=references, use_stemmer=use_stemmer
    )
    for name in types:
        theirs = [
            scorer.score(reference, prediction)[name].fmeasure
            for prediction, reference in zip(predictions, references, strict=True)
        ]
        assert ours[name] == pytest.approx(100 * np.mean(theirs))


def test_rouge_keeps_accents_and_chinese():
    same = Rouge().compute(predictions=["我喜欢读书"], references=["我喜欢读书"])
    assert same["rouge1"] == same["rouge2"] == 100
    # rouge_score's own words are "ni", "o": half right for an accent that is missing.
    other = Rouge().compute(predictions=["nino"], references=["niño"])
    assert other["rouge1"] == 0
    assert RougeScorer(["rouge1"]).score("niño", "ni")["rouge1"].fmeasure > 0


def test_rouge_of_lines():
    texts = {
        "predictions": ["He wept.\nShe left."],
        "references": ["She left.\nHe wept."],
    }
    scores = Rouge().compute(**texts)
    assert scores["rougeL"] == 50
    assert scores["rougeLsum"] == 100


def test_rouge_adds_up_batches():
    metric = Rouge()
    metric.add_batch(predictions=["one two"], references=["one two"])
    metric.add_batch(predictions=["one", ""], references=["two", "three"])
    assert metric.compute()["rouge1"] == pytest.approx(100 / 3)


def test_borrowed_titles_are_those_of_the_reviews_most_alike():
    borrow_titles = lifted("ch7_summ", "borrow_titles")["borrow_titles"]
    known = {
        "review_body": [
            "A tale of two cats.",
            "El mapa es malo.",
            "The maps are wrong.",
        ],
        "review_title": ["Cats", "Mapa", "Maps"],
    }
    bodies = ["These maps are all wrong!", "Un mapa malo", "I have two cats, a tale."]
    assert borrow_titles(known, {"review_body": bodies}) == ["Maps", "Mapa", "Cats"]


def test_rouge_by_language(splitters):
    scores = rouge_by_language(
        ["She left. He wept.", "un final"],
        ["He wept. She left.", "otra cosa"],
        ["en", "es"],
        splitters,
    )
    assert list(scores) == ["en", "es", "all"]
    assert scores["en"]["rougeL"] == 50
    assert scores["en"]["rougeLsum"] == 100  # each sentence is a line, on both sides
    assert scores["es"]["rouge1"] == 0
    assert scores["all"]["rouge1"] == 50


def test_rouge_of_ids(tokenizer, splitters, monkeypatch):
    labels = tokenizer(["gripping plot", "trama absorbente"], padding=True)["input_ids"]
    labels = np.array(labels)
    labels[labels == tokenizer.pad_token_id] = -100
    predictions = np.insert(labels, 0, tokenizer.pad_token_id, axis=1)
    result = rouge(
        (predictions, labels), tokenizer, languages=["en", "es"], splitters=splitters
    )
    assert result["rouge1"] == result["rouge1_en"] == result["rouge1_es"] == 100
    assert result["gen_len"] == ((labels != -100) & (labels != 1)).sum() / 2
    # As Seq2SeqTrainer gathers from several processes: the first rows again.
    more = [np.concatenate([rows, rows[::-1][:1]]) for rows in (predictions, labels)]
    options = {"languages": ["en", "es"], "splitters": splitters}
    with pytest.raises(ValueError, match="3 predictions"):  # of another data set
        rouge(more, tokenizer, **options)
    monkeypatch.setattr("torch.distributed.is_initialized", lambda: True)
    assert rouge(more, tokenizer, **options) == result


def test_loop_with_fewer_rows_than_a_batch_and_resumed(tokenizer, splitters, tmp_path):
    import datasets
    import torch
    from transformers import (
        DataCollatorForSeq2Seq,
        MT5Config,
        MT5ForConditionalGeneration,
    )

    functions = lifted("ch7_summarization", "evaluate_summaries", "training_function")
    reviews = {
        "review_body": ["It has two parts. The plot had hold of me."] * 3,
        "review_title": ["Gripping plot"] * 3,
    }
    rows = datasets.Dataset.from_dict(dict(tokenize_reviews(reviews, tokenizer)))
    torch.manual_seed(0)
    config = MT5Config(
        vocab_size=len(tokenizer), d_model=16, d_kv=8, num_heads=2, d_ff=16,
        num_layers=1,
    )  # fmt: skip

    def train(epochs, resume):
        model = MT5ForConditionalGeneration(config)
        return functions["training_function"](
            model,
            rows,
            rows,
            DataCollatorForSeq2Seq(tokenizer, model=model),
            functools.partial(
                functions["evaluate_summaries"],
                tokenizer=tokenizer,
                languages=["en", "en", "es"],
                splitters=splitters,
                max_new_tokens=4,
            ),
            learning_rate=1e-3,
            batch_size=8,
            num_train_epochs=epochs,
            seed=1,
            output_dir=str(tmp_path),
            resume=resume,
        )

    losses, scores = train(1, False)
    assert len(losses) == 1 and [set(each) for each in scores] == [{"en", "es", "all"}]
    first = json.loads((tmp_path / "checkpoint-1" / "progress.json").read_text("utf-8"))
    losses, scores = train(3, True)
    assert len(losses) == len(scores) == 3
    assert scores[0] == first["scores"][0]  # the first epoch is not repeated
    assert train(3, True) == ([float(loss) for loss in losses], scores)
    saved = {path.name for path in (tmp_path / "model").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer_config.json"} <= saved


def test_rouge_stems_nothing_by_default():
    scores = Rouge().compute(predictions=["loved"], references=["loving"])
    assert scores["rouge1"] == 0


def test_words_of_three_letters_are_not_stemmed():
    from rouge_score.tokenizers import DefaultTokenizer

    text = "was his does goes"
    assert split_words(text, use_stemmer=True) == DefaultTokenizer(True).tokenize(text)


def test_a_word_that_often_ends_sentences_is_no_abbreviation():
    texts = ["A good bk. Then I slept. Got it at 5 q.v. then left."] * 50
    splitter, _ = load_sentence_splitter("en", texts)
    sentences = ["I like the bk.", "Nora slept."]
    assert split_sentences(" ".join(sentences), splitter) == sentences


def test_no_title_is_no_summary_whatever_the_minimum():
    review = {"review_title": "", "review_body": "A body"}
    assert not has_summary(review, min_title_words=0)
