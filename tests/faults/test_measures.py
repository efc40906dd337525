"""What the notebooks measure with functions of their own, against plain definitions."""

import math
import types

import pytest
import torch
import transformers
from accelerate import Accelerator
from sklearn.metrics import accuracy_score, f1_score
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from helpers.summarization import load_sentence_splitter
from tools import faults
from tools.notebooks import lifted


@pytest.fixture
def parts(request):
    """A tiny model in training mode, its collator and 7 rows, for a kind of chapter."""
    loop = next(loop for loop in faults.LOOPS if loop.kind == request.param)
    transformers.set_seed(3)
    model = loop.model().train()
    return (
        model,
        faults.collator(loop, faults.tiny_tokenizer(), model),
        faults.rows(loop.kind, 7),
    )


class ByThirdToken(torch.nn.Module):
    """Calls a row 1 if its third token is odd."""

    def forward(self, input_ids, labels, **_):
        assert not self.training
        logits = torch.nn.functional.one_hot(input_ids[:, 2] % 2, 2)
        return types.SimpleNamespace(logits=logits)


@pytest.mark.parametrize("parts", ["ch3"], indirect=True)
def test_evaluate_classifier(parts):
    _, collate, data = parts
    evaluate = lifted("ch3", "evaluate_classifier")["evaluate_classifier"]
    batches = DataLoader(data, 3, collate_fn=collate)
    scores = evaluate(ByThirdToken(), batches, Accelerator(cpu=True))
    guessed = [row[2] % 2 for row in data["input_ids"]]
    assert scores == {
        "accuracy": accuracy_score(data["label"][:], guessed),
        "f1": f1_score(data["label"][:], guessed),
    }
    assert 0 < scores["f1"] < 1


@pytest.mark.parametrize("parts", ["summarization"], indirect=True)
def test_evaluate_summaries_is_without_dropout(parts):
    model, collate, data = parts
    modes = []
    model.register_forward_pre_hook(lambda each, _: modes.append(each.training))
    evaluate = lifted("ch7_summarization", "evaluate_summaries")["evaluate_summaries"]
    evaluate(
        model,
        faults.tiny_tokenizer(),
        DataLoader(data, 3, collate_fn=collate),
        Accelerator(cpu=True),
        languages=["en"] * 7,
        splitters={"en": load_sentence_splitter("en", ["One. Two."])[0]},
        max_new_tokens=3,
    )
    assert modes and not any(modes)


@pytest.mark.parametrize("parts", ["translation"], indirect=True)
def test_mean_losses(parts):
    model, collate, data = parts
    mean_losses = lifted("ch7_translation", "mean_losses")["mean_losses"]
    by_batch, by_token = mean_losses(model, data, collate, 3)
    losses, counts = [], []
    for rows in ([0, 1, 2], [3, 4, 5], [6]):
        batch = collate([data[row] for row in rows])
        losses.append(model(**batch).loss.item())
        counts.append((batch["labels"] != -100).sum().item())
    assert not model.training
    assert by_batch == pytest.approx(sum(losses) / 3)
    total = sum(loss * count for loss, count in zip(losses, counts, strict=True))
    assert by_token == pytest.approx(total / sum(counts))
    assert by_batch != pytest.approx(by_token, rel=1e-4)


@pytest.mark.parametrize("parts", ["clm"], indirect=True)
def test_key_token_loss(parts):
    model, collate, data = parts
    key_token_loss = lifted("ch7_clm_codeparrot", "key_token_loss")["key_token_loss"]
    keys = [7, 9]
    loss, count = key_token_loss(model, DataLoader(data, 3, collate_fn=collate), keys)
    assert not model.training
    losses = []
    for row in data["input_ids"]:
        ids = torch.tensor([row])
        logits = model(input_ids=ids).logits[0]
        losses += [
            cross_entropy(logits[place - 1], ids[0, place]).item()
            for place in range(1, len(row))
            if row[place] in keys
        ]
    assert count == len(losses) > 3
    assert loss == pytest.approx(sum(losses) / count)


def test_counted_ngrams_are_a_distribution():
    functions = lifted("ch7_clm", "count_ngrams", "ngram_loss")
    counts = functions["count_ngrams"]([[1, 2, 1, 2, 3]], 3)
    assert counts == {
        (): {1: 2, 2: 2, 3: 1},
        (1,): {2: 2},
        (2,): {1: 1, 3: 1},
        (1, 2): {1: 1, 3: 1},
        (2, 1): {2: 1},
    }

    def likelihood(block):
        loss = functions["ngram_loss"]([block], counts, 3, 5)
        return math.exp(-loss * (len(block) - 1))

    for context in ([1], [4], [1, 2], [4, 4]):
        before = likelihood(context) if len(context) > 1 else 1.0
        total = sum(likelihood([*context, token]) for token in range(5))
        assert total / before == pytest.approx(1)
    # Of 1 after (1, 2), by hand: any token alike, then with 0, 1, 2 tokens before it.
    probability = 1 / 5
    probability = (2 + 3 * probability) / 8
    for _ in range(2):
        probability = (1 + 2 * probability) / 4
    found = likelihood([1, 2, 1]) / likelihood([1, 2])
    assert found == pytest.approx(probability)
