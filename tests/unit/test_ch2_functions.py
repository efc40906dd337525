"""The functions that chapter 2 defines, and its held-out sentences."""

import ast
import math
from pathlib import Path

import nbformat
import pytest
import torch

from offline import sentiment, stand_in

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "ch2_tokenizers_models.ipynb"


@pytest.fixture(scope="module")
def chapter():
    """The notebook's imports and functions, and its ``positive`` and ``negative``."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    source = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    body = [
        node
        for node in ast.parse(source).body
        if isinstance(node, kept)
        or isinstance(node, ast.Assign)
        and getattr(node.targets[0], "id", "") in ("positive", "negative")
    ]
    names: dict = {}
    exec(compile(ast.Module(body, []), str(NOTEBOOK), "exec"), names)
    return names


@pytest.fixture(scope="module")
def small():
    """A one-layer BERT with two labels, and the MiniLM tokenizer."""
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    config = BertConfig(**sizes, intermediate_size=64, id2label={0: "NO", 1: "YES"})
    model = BertForSequenceClassification(config).eval()
    return model, AutoTokenizer.from_pretrained(stand_in("minilm"))


def train_words(chapter, texts):
    from tokenizers import models, pre_tokenizers, trainers

    trainer = trainers.WordLevelTrainer(special_tokens=["[UNK]"], show_progress=False)
    blank = models.WordLevel(unk_token="[UNK]")
    words = pre_tokenizers.BertPreTokenizer()
    return chapter["train_tokenizer"](texts, blank, trainer, words)


def test_measure_vocabulary_counts_unknown_words(chapter):
    """Of four words, one is not in the vocabulary: one token a word, 25 % unknown."""
    trained = train_words(chapter, ["The cat sat."])
    assert chapter["measure_vocabulary"](["the CAT ran."], trained) == (1.0, 25.0)
    assert chapter["measure_vocabulary"](["the cat sat."], trained) == (1.0, 0.0)


def test_measure_vocabulary_ignores_special_tokens(chapter, small):
    """[CLS] and [SEP] are no part of a text."""
    backend = small[1].backend_tokenizer
    backend.no_padding()
    assert chapter["measure_vocabulary"](["the cat"], backend) == (1.0, 0.0)


def test_classify_gives_a_text_the_same_answer_in_any_batch(chapter, small):
    texts = ["Hello!", "", "a much longer text than the others"]
    labels, together = chapter["classify"](texts, *small)
    assert set(labels) <= {"NO", "YES"}
    assert together.shape == (3, 2)
    for text, row in zip(texts, together, strict=True):
        alone = chapter["classify"]([text], *small)[1][0]
        assert torch.allclose(alone, row, atol=1e-5)


def test_classify_cuts_ten_thousand_words(chapter, small):
    _, probabilities = chapter["classify"](["word " * 10_000], *small)
    assert math.isclose(probabilities.sum().item(), 1, abs_tol=1e-5)


def test_read_docstrings_gives_distinct_plain_sentences(chapter):
    sentences = chapter["read_docstrings"]("tokenizers")
    assert sentences
    assert len(set(sentences)) == len(sentences)
    assert all(
        sentence[0].isupper() and sentence[-1] in ".!?" for sentence in sentences
    )
    assert sentences == chapter["read_docstrings"]("tokenizers")


def test_show_error_prints_type_and_text(chapter, capsys):
    chapter["show_error"](lambda: int("x"))
    assert capsys.readouterr().out.startswith("ValueError: invalid literal")
    with pytest.raises(AssertionError, match="meant to fail"):
        chapter["show_error"](lambda: None)


def words(text):
    return set(text.lower().strip(".!").split())


def test_reviews_are_balanced_and_unseen(chapter):
    """12 of each kind; none is like a sentence that the head was trained on."""
    positive, negative = chapter["positive"], chapter["negative"]
    assert len(positive) == len(negative) == 12
    assert len({*positive, *negative}) == 24
    rows = sentiment.make_rows(8000, seed=1) + sentiment.read_pairs()
    trained = [words(text) for text, _ in rows]
    for review in map(words, positive + negative):
        shared = max(len(review & seen) / len(review | seen) for seen in trained)
        assert shared <= 0.5, review
