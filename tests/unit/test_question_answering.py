"""The span search, on logits that are set by hand."""

from types import SimpleNamespace

import pytest
import torch
from transformers import AutoTokenizer

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

    def __init__(self, tokenizer, start: dict, end: dict):
        self.tokenizer, self.start, self.end = tokenizer, start, end

    def eval(self):
        return self

    def __call__(self, input_ids, **_):
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
    answer = find_answer("Who?", CONTEXT, model, tokenizer, max_answer_tokens=3)
    assert answer["answer"] == "Nora lives"


def test_an_answer_beyond_the_first_window_is_found(tokenizer):
    filler = "It was a quiet day in the town. " * 40
    model = FakeModel(tokenizer, {"madrid": 9.0}, {"madrid": 9.0})
    text = filler + CONTEXT + " " + filler
    answer = find_answer("Where is Nora?", text, model, tokenizer)
    assert answer["answer"] == "Madrid"
    assert answer["start"] == text.index("Madrid")
