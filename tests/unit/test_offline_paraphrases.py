"""The generated pairs: enough, in MRPC's schema, unseen, and not given away."""

import numpy as np
import pytest
from datasets import load_dataset

from helpers.classification import check_pairs, overlap_threshold, word_overlap
from offline import stand_in

# Words that sentences of both worlds are made with.
# fmt: off
GRAMMAR = {
    ",", "a", "according", "after", "against", "an", "because", "been", "before", "by",
    "despite", "did", "during", "following", "from", "had", "into", "it", "not", "of",
    "out", "said", "than", "the", "there", "though", "to", "using", "was", "were",
    "while", "with", "without",
}
# fmt: on


@pytest.fixture(scope="module")
def data():
    return load_dataset(stand_in("paraphrases"), "mrpc")


def test_schema_and_sizes(data):
    assert {name: len(rows) for name, rows in data.items()} == {
        "train": 1400,
        "validation": 240,
        "test": 240,
    }
    train = data["train"]
    assert train.column_names == ["sentence1", "sentence2", "label", "idx"]
    assert train.features["label"].names == ["not_equivalent", "equivalent"]
    for split in data.values():
        check_pairs(split)
        assert 0.64 <= np.mean(split["label"]) <= 0.70


def test_no_sentence_stands_twice_or_in_two_splits(data):
    sentences = [
        text
        for split in data.values()
        for name in ("sentence1", "sentence2")
        for text in split[name]
    ]
    assert len(set(sentences)) == len(sentences)


def test_common_words_do_not_give_the_label_away(data):
    threshold = overlap_threshold(data["train"])
    rows = data["validation"]
    pairs = zip(rows["sentence1"], rows["sentence2"], strict=True)
    called = np.array([word_overlap(*pair) >= threshold for pair in pairs])
    labels = np.array(rows["label"])
    majority = max(labels.mean(), 1 - labels.mean())
    assert (called == labels).mean() <= majority + 0.03


@pytest.mark.parametrize("split", ["validation", "test"])
def test_what_differs_in_a_held_out_pair_is_new(data, split):
    """A word in only one of two sentences is grammar, or in no training pair."""

    def words(row):
        return [set(row[f"sentence{i}"].lower().split()) for i in (1, 2)]

    seen = set().union(*(word for row in data["train"] for word in words(row)))
    for row in data[split]:
        first, second = words(row)
        assert (first ^ second) & seen <= GRAMMAR, row


@pytest.mark.parametrize("column", ["sentence1", "sentence2"])
def test_one_sentence_alone_does_not_give_the_label_away(data, column):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(CountVectorizer(), LogisticRegression(C=0.1))
    sentences, labels = list(data["train"][column]), np.array(data["train"]["label"])
    model.fit(sentences[:1000], labels[:1000])  # held-out pairs have other words
    score = model.score(sentences[1000:], labels[1000:])
    assert score <= labels[1000:].mean() + 0.04
