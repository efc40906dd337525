"""The generated reviews: the course's schema, unseen held-out rows, sizes."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from helpers.summarization import has_summary
from offline import build, stand_in
from offline.reviews import BOOKS, PHRASES, TRAIN_ROWS, write_review

COLUMNS = [
    "review_id",
    "product_id",
    "reviewer_id",
    "stars",
    "review_body",
    "review_title",
    "language",
    "product_category",
]


@pytest.fixture(scope="module")
def rows():
    """The rows by language and split."""
    folder = Path(stand_in("reviews"))
    return {
        language: {
            split: [
                json.loads(line)
                for line in Path(folder, language, f"{split}.jsonl")
                .read_text("utf-8")
                .splitlines()
            ]
            for split in ("train", "validation", "test")
        }
        for language in PHRASES
    }


def all_rows(rows):
    return [
        row for by_split in rows.values() for part in by_split.values() for row in part
    ]


def test_loads_by_configuration():
    from datasets import load_dataset

    dataset = load_dataset(stand_in("reviews"), "en")
    assert dataset["train"].column_names == COLUMNS
    assert set(dataset["train"]["product_category"]) == set(TRAIN_ROWS)
    assert set(dataset["train"]["stars"]) == {1, 2, 3, 4, 5}


def test_enough_books_after_both_filters(rows):
    for split, least in (("train", 2400), ("validation", 300), ("test", 300)):
        kept = [
            row
            for by_split in rows.values()
            for row in by_split[split]
            if row["product_category"] in BOOKS and has_summary(row)
        ]
        assert len(kept) >= least


def test_no_row_twice(rows):
    for column in ("review_id", "review_body"):
        counts = Counter(row[column] for row in all_rows(rows))
        assert max(counts.values()) == 1


def test_held_out_titles_are_no_copies(rows):
    for by_split in rows.values():
        seen = {row["review_title"] for row in by_split["train"]}
        for split in ("validation", "test"):
            for row in by_split[split]:
                title = row["review_title"]
                assert len(title.split()) <= 2 or title not in seen


@pytest.mark.parametrize("language", PHRASES)
@pytest.mark.parametrize("category", TRAIN_ROWS)
def test_the_point_is_not_in_the_first_sentence(language, category):
    rng = random.Random(4)
    for _ in range(100):
        review = write_review(rng, language, category)
        assert 3 <= len(review["sentences"]) <= 12
        assert 1 <= review["point"] < len(review["sentences"])


def test_texts_are_finished(rows):
    for row in all_rows(rows):
        text = row["review_title"] + row["review_body"]
        assert "{" not in text and "  " not in text
        assert row["review_title"][0].isupper()
        if row["language"] == "es":
            assert " de el " not in text.lower()
            assert " y i" not in row["review_title"]


def test_same_recipe_same_bytes(tmp_path):
    build("reviews", tmp_path / "again")
    folder = Path(stand_in("reviews"))
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            again = tmp_path / "again" / path.relative_to(folder)
            assert again.read_bytes() == path.read_bytes()
