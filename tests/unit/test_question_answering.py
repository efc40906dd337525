"""The span search, on logits that are set by hand."""

from types import SimpleNamespace

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import AutoTokenizer, PreTrainedTokenizerFast

import offline
from helpers.question_answering import find_answer

CONTEXT = "Nora lives in Madrid and her brother Paul lives in Rome."


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(
        offline.stand_in("minilm"), model_max_length=192
    )


class FakeModel:
    """Gives logit ``value`` to the tokens named, and 0 to all others."""

    device = torch.device("cpu")
    training = True

    def __init__(self, tokenizer, start: dict, end: dict):
        self.tokenizer, self.start, self.end = tokenizer, start, end

    def eval(self):
        return self.train(False)

    def train(self, mode):
        self.training = mode
        return self

    def __call__(self, input_ids, **_):
        assert not self.training

        def logits(values):
            rows = torch.zeros(input_ids.shape)
            for word, value in values.items():
                token = self.tokenizer.convert_tokens_to_ids(word)
                rows[input_ids == token] = value
            return rows

        return SimpleNamespace(
            start_logits=logits(self.start), end_logits=logits(self.end)
        )


def test_likeliest_span_comes_back_with_its_place_in_the_text(tokenizer):
    model = FakeModel(tokenizer, {"her": 9.0}, {"paul": 9.0})
    answer = find_answer("Who lives in the south?", CONTEXT, model, tokenizer)
    assert answer["answer"] == "her brother Paul"
    assert CONTEXT[answer["start"] : answer["end"]] == "her brother Paul"
    assert 0.9 < answer["score"] <= 1


def test_an_answer_has_no_space_before_it(tokenizer):
    """SentencePiece counts the space before a word as the word's."""

    class Spaced:
        def __getattr__(self, name):
            return getattr(tokenizer, name)

        def __call__(self, question, context, **options):
            windows = tokenizer(question, context, **options)
            starts = windows["offset_mapping"][..., 0]
            starts -= (starts > 0).long()
            return windows

    model = FakeModel(tokenizer, {"her": 9.0}, {"paul": 9.0})
    answer = find_answer("Who lives in the south?", CONTEXT, model, Spaced())
    assert answer["answer"] == "her brother Paul"
    assert CONTEXT[answer["start"] : answer["end"]] == "her brother Paul"


def test_words_of_the_question_are_never_the_answer(tokenizer):
    model = FakeModel(tokenizer, {"where": 20.0, "rome": 5.0}, {"rome": 5.0})
    assert find_answer("Where?", CONTEXT, model, tokenizer)["answer"] == "Rome"


def test_an_end_before_the_start_is_not_considered(tokenizer):
    model = FakeModel(
        tokenizer, {"rome": 9.0, "nora": 6.0}, {"madrid": 9.0, "rome": 1.0}
    )
    answer = find_answer("Which city?", CONTEXT, model, tokenizer)
    assert answer["start"] < answer["end"]
    assert answer["answer"] == "Nora lives in Madrid"


def test_spans_longer_than_the_limit_are_not_considered(tokenizer):
    model = FakeModel(tokenizer, {"nora": 9.0}, {"rome": 9.0, "lives": 2.0})
    answer = find_answer("Who?", CONTEXT, model, tokenizer, max_answer_tokens=2)
    assert answer["answer"] == "Nora lives"


def test_an_answer_beyond_the_first_window_is_found(tokenizer):
    filler = "It was a quiet day in the town. " * 40
    model = FakeModel(tokenizer, {"madrid": 9.0}, {"madrid": 9.0})
    text = filler + CONTEXT + " " + filler
    answer = find_answer("Where is Nora?", text, model, tokenizer)
    assert answer["answer"] == "Madrid"
    assert answer["start"] == text.index("Madrid")


def test_the_model_is_left_as_it_was(tokenizer):
    model = FakeModel(tokenizer, {"rome": 9.0}, {"rome": 9.0})
    find_answer("Where?", CONTEXT, model, tokenizer)
    assert model.training
    find_answer("Where?", CONTEXT, model.eval(), tokenizer)
    assert not model.training


@pytest.mark.parametrize(
    "pair", ["[CLS] $A [SEP] $B [SEP]", "[CLS] $A [SEP] [SEP] $B [SEP]"]
)
def test_the_longest_question_that_fits(pair):
    """As BERT and as RoBERTa join question and context: with 3 and 4 special tokens."""
    words = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "why", "rome"]
    backend = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, "[UNK]"))
    backend.pre_tokenizer = Whitespace()
    special = [("[CLS]", 1), ("[SEP]", 2)]
    backend.post_processor = TemplateProcessing("$A", pair, special_tokens=special)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", model_max_length=32
    )
    model = FakeModel(tokenizer, {"rome": 9.0}, {"rome": 9.0})
    room = 32 - 8 - tokenizer.num_special_tokens_to_add(pair=True)
    context = "x " * 40 + "rome"
    question = "why " * (room - 1)
    answer = find_answer(question, context, model, tokenizer, stride=8)
    assert answer["answer"] == "rome"
    with pytest.raises(ValueError, match="question and stride leave no room"):
        find_answer("why " + question, context, model, tokenizer, stride=8)
