"""The most similar text: by hand, in parts, and where there is none."""

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from helpers.retrieval import most_similar

KNOWN = ["open the file", "close the window", "save the picture"]


def test_the_text_with_the_same_words_is_found():
    texts = ["picture to save", "a file to open", "the window", "unknown words"]
    assert most_similar(texts, KNOWN, TfidfVectorizer()) == [2, 0, 1, 0]
    assert most_similar([], KNOWN, TfidfVectorizer()) == []


@pytest.mark.parametrize("rows", [1, 2, 500])
def test_parts_give_what_the_whole_gives(rows):
    texts = [*KNOWN[::-1], *KNOWN]
    found = most_similar(texts, KNOWN, TfidfVectorizer(), rows=rows)
    assert found == [2, 1, 0, 0, 1, 2]


def test_nothing_to_look_in():
    with pytest.raises(ValueError, match="empty vocabulary"):
        most_similar(KNOWN, [""], TfidfVectorizer())
