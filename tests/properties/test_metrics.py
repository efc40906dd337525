"""Metrics stay in their range and equal the libraries that define them."""

import pytest
import sacrebleu
from datasets import Dataset
from hypothesis import assume, given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from sklearn.metrics import accuracy_score, f1_score
from strategies import text

from helpers import causal_lm
from helpers.classification import AccuracyF1, overlap_threshold, word_overlap
from helpers.summarization import (
    Rouge,
    clean_text,
    has_summary,
    lead_sentences,
    load_sentence_splitter,
    split_sentences,
    split_words,
)
from helpers.translation import Bleu

NEARLY = 1e-9  # a score may pass its bound by the rounding of sums
both = st.lists(st.tuples(text, text), min_size=1, max_size=5)
WORDS = ("the", "cat", "sat", "on", "a", "mat", "it's", "3", "Big", "red-hot")
word = st.sampled_from(WORDS)
english = st.lists(word, max_size=12).map(" ".join)
classes = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=30
)
SPLITTER = load_sentence_splitter("en", ["It came. Dr. Brown likes it, e.g. this."])[0]


@given(classes)
def test_accuracy_and_f1_equal_scikit_learn(rows):
    predictions, references = zip(*rows, strict=True)
    ours = AccuracyF1().compute(predictions=predictions, references=references)
    assert ours == {
        "accuracy": accuracy_score(references, predictions),
        "f1": f1_score(references, predictions, zero_division=0),
    }
    assert all(0 <= score <= 1 for score in ours.values())


@given(both)
def test_bleu_equals_sacrebleu(rows):
    predictions, references = map(list, zip(*rows, strict=True))
    ours = Bleu().compute(predictions=predictions, references=references)
    theirs = sacrebleu.corpus_bleu(predictions, [references])
    assert ours["score"] == theirs.score
    assert ours["counts"] == theirs.counts and ours["totals"] == theirs.totals
    assert 0 <= ours["score"] <= 100 + NEARLY


@given(st.lists(text, min_size=1, max_size=5))
def test_bleu_of_equal_texts_is_100_from_four_words_on(texts):
    result = Bleu().compute(predictions=texts, references=texts)
    wanted = 100 if result["totals"][3] else 0
    assert result["score"] == pytest.approx(wanted)


@given(both)
def test_rouge_is_in_range_and_symmetric(rows):
    predictions, references = map(list, zip(*rows, strict=True))
    scores = Rouge().compute(predictions=predictions, references=references)
    swapped = Rouge().compute(predictions=references, references=predictions)
    for name, score in scores.items():
        assert 0 <= score <= 100 + NEARLY
        assert score == pytest.approx(swapped[name]) or name == "rougeLsum"


@given(st.lists(st.tuples(english, english), min_size=1, max_size=5), st.booleans())
def test_rouge_of_english_equals_rouge_score(rows, use_stemmer):
    predictions, references = map(list, zip(*rows, strict=True))
    ours = Rouge().compute(
        predictions=predictions, references=references, use_stemmer=use_stemmer
    )
    scorer = RougeScorer(Rouge.TYPES, use_stemmer=use_stemmer)
    scored = [scorer.score(reference, given) for given, reference in rows]
    for name in Rouge.TYPES:
        mean = sum(row[name].fmeasure for row in scored) / len(scored)
        assert ours[name] == pytest.approx(100 * mean)


@given(text)
def test_rouge_of_equal_texts_is_100_where_there_are_words(document):
    scores = Rouge().compute(predictions=[document], references=[document])
    assert scores["rouge1"] == pytest.approx(100 if split_words(document) else 0)


@given(text)
def test_words_are_words_and_splitting_them_again_changes_nothing(document):
    words = split_words(document)
    assert all(words) and split_words(" ".join(words)) == words


@given(text)
def test_sentences_hold_the_whole_text(document):
    sentences = split_sentences(document, SPLITTER)
    assert "".join("".join(sentences).split()) == "".join(document.split())
    count = len(lead_sentences(document, SPLITTER, count=2).split("\n"))
    assert count <= 2 or "\n" in document


@given(text)
def test_clean_text_leaves_no_tag_and_no_double_space(document):
    clean = clean_text(document)
    assert clean == " ".join(clean.split())
    assert "<br />" not in clean


@given(text, text)
def test_a_kept_review_has_a_title_shorter_than_its_body(title, body):
    kept = has_summary({"review_title": title, "review_body": body})
    assert kept == (3 <= len(title.split()) < len(body.split()))


@given(text, text)
def test_word_overlap_is_symmetric_and_1_for_equal_texts(first, second):
    overlap = word_overlap(first, second)
    assert 0 <= overlap == word_overlap(second, first) <= 1
    assert word_overlap(first, first) == bool(first.split())


@given(st.lists(st.tuples(text, text, st.integers(0, 1)), min_size=1, max_size=8))
def test_no_threshold_is_worse_than_always_the_same_answer(rows):
    first, second, labels = zip(*rows, strict=True)
    columns = {"sentence1": first, "sentence2": second, "label": labels}
    data = Dataset.from_dict({name: list(each) for name, each in columns.items()})
    threshold = overlap_threshold(data)
    right = sum((word_overlap(a, b) >= threshold) == label for a, b, label in rows)
    assert right >= max(sum(labels), len(labels) - sum(labels))


@given(st.floats(0, 2000))
def test_perplexity_is_at_least_1(loss):
    assert causal_lm.perplexity(loss) >= 1


@given(st.lists(text, min_size=1, max_size=6))
def test_the_share_of_existing_names_is_a_share(completions):
    assume(not any(each.startswith(("path", "sep")) for each in completions))
    import os

    share = causal_lm.existing_share([*completions, "path", "sep"], os)
    assert 2 / (len(completions) + 2) <= share <= 1
