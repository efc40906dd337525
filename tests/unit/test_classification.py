"""helpers.classification: what goes in, what comes out, what is refused."""

import numpy as np
import pytest
from datasets import Dataset
from sklearn.metrics import accuracy_score, f1_score
from transformers import AutoTokenizer

from helpers.classification import (
    AccuracyF1,
    check_pairs,
    count_truncated,
    overlap_threshold,
    tokenize_pairs,
    word_overlap,
)
from offline import stand_in


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(stand_in("minilm"))


def pairs(**changes):
    rows = {"sentence1": ["a b", "c d"], "sentence2": ["b a", "e f"], "label": [1, 0]}
    return Dataset.from_dict(rows | changes)


def test_a_pair_has_two_segments(tokenizer):
    encoded = tokenize_pairs(pairs()[:], tokenizer)
    assert [len(ids) for ids in encoded["input_ids"]] == [7, 7]
    assert encoded["token_type_ids"][0] == [0, 0, 0, 0, 1, 1, 1]


def test_the_ids_that_the_course_prints(tokenizer):
    batch = {
        "sentence1": ["This is the first sentence."],
        "sentence2": ["This is the second one."],
    }
    ids = [101, 2023, 2003, 1996, 2034, 6251, 1012, 102]
    ids += [2023, 2003, 1996, 2117, 2028, 1012, 102]
    assert tokenize_pairs(batch, tokenizer)["input_ids"] == [ids]


def test_a_long_pair_is_cut_at_the_limit_and_counted(tokenizer):
    data = pairs(sentence1=["word " * 600, "short"])
    assert count_truncated(data, tokenizer) == 1
    encoded = tokenize_pairs(data[:], tokenizer)
    assert len(encoded["input_ids"][0]) == tokenizer.model_max_length == 512
    shorter = tokenize_pairs(data[:], tokenizer, max_length=16)
    assert max(map(len, shorter["input_ids"])) == 16


def test_good_data_passes():
    assert check_pairs(pairs()) is None


def test_the_metric_equals_scikit_learn():
    draw = np.random.default_rng(0)
    references, predictions = draw.integers(0, 2, (2, 500))
    metric = AccuracyF1()
    for start in range(0, 500, 64):
        rows = slice(start, start + 64)
        metric.add_batch(predictions=predictions[rows], references=references[rows])
    assert metric.compute() == {
        "accuracy": accuracy_score(references, predictions),
        "f1": f1_score(references, predictions),
    }


def test_word_overlap_is_the_jaccard_index():
    assert word_overlap("A b c", "c B d") == 2 / 4


def test_the_threshold_separates_what_can_be_separated():
    data = pairs(sentence1=["a b c", "a b c"], sentence2=["a b c", "x y z"])
    assert 0 < overlap_threshold(data) <= 1
    everything = pairs(label=[1, 1])
    assert overlap_threshold(everything) == 0


def test_the_format_of_the_columns_does_not_matter():
    pairs = {"sentence1": ["A b."], "sentence2": ["B."], "label": [1]}
    for kind in (None, "numpy", "torch"):
        check_pairs(Dataset.from_dict(pairs).with_format(kind))
    check_pairs(Dataset.from_dict(pairs), columns="sentence2")


def test_a_pair_that_just_fits_is_not_counted(tokenizer):
    assert count_truncated(pairs(sentence1=["word " * 507, "short"]), tokenizer) == 0
    assert count_truncated(pairs(sentence1=["word " * 508, "short"]), tokenizer) == 1


def test_what_a_shorter_limit_cuts_is_counted_in_pairs_and_in_single_texts(tokenizer):
    rows = {"sentence1": ["a b c d", "e"], "sentence2": ["f", "g"]}
    data = Dataset.from_dict(rows)
    assert count_truncated(data, tokenizer, max_length=8) == 0
    assert count_truncated(data, tokenizer, max_length=7) == 1
    single = {"columns": "sentence1"}
    assert count_truncated(data, tokenizer, **single, max_length=6) == 0
    assert count_truncated(data, tokenizer, **single, max_length=5) == 1
