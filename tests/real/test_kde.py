"""Real KDE strings and the real opus-mt-en-fr vocabulary, where they are at hand.

`make real` runs this, in seconds; `make test` leaves it out.
"""

from functools import partial

import numpy as np
import pytest
from real_files import REAL
from transformers import (
    AutoTokenizer,
    DataCollatorForSeq2Seq,
)

from helpers.translation import (
    check_languages,
    count_truncated,
    decode_ids,
    has_both_sides,
    load_pairs,
    tokenize_pairs,
)

EN_FR = {"source_lang": "en", "target_lang": "fr"}

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is absent"),
]


@pytest.fixture(scope="module")
def real_tokenizer():
    return AutoTokenizer.from_pretrained(REAL / "opus-mt-en-fr")


def test_the_ids_that_the_course_prints(real_tokenizer):
    french = "Par défaut, développer les fils de discussion"
    pair = {"en": "Default to expanded threads", "fr": french}
    batch = {"translation": [pair]}
    tokens = tokenize_pairs(batch, real_tokenizer, **EN_FR, max_length=128)
    assert tokens["input_ids"] == [[47591, 12, 9842, 19634, 9, 0]]
    assert tokens["labels"] == [[577, 5891, 2, 3184, 16, 2542, 5, 1710, 0]]
    assert len(real_tokenizer(french)["input_ids"]) == 15
    assert check_languages(real_tokenizer, **EN_FR) == ""


def test_all_real_kde_strings_pass_preprocessing_and_collation(real_tokenizer):
    dataset = load_pairs(str(REAL / "kde-en-fr" / "kde_en_fr.tsv"), **EN_FR)
    assert len(dataset) == 14_344
    kept = dataset.filter(has_both_sides, fn_kwargs=EN_FR)
    assert len(kept) == len(dataset)
    tokenize = partial(tokenize_pairs, tokenizer=real_tokenizer, **EN_FR)
    columns = kept.column_names
    tokenized = kept.map(
        partial(tokenize, max_length=128), batched=True, remove_columns=columns
    )
    counts = count_truncated(
        kept["translation"], real_tokenizer, **EN_FR, max_length=128
    )
    for language, column in (("en", "input_ids"), ("fr", "labels")):
        lengths = np.array([len(ids) for ids in tokenized[column]])
        assert lengths.max() <= 128
        assert lengths.min() >= 2
        assert (lengths == 128).sum() >= counts[language]
    collate = DataCollatorForSeq2Seq(real_tokenizer)
    for start in range(0, len(tokenized), 64):
        rows = [tokenized[row] for row in range(start, min(start + 64, len(tokenized)))]
        batch = collate(rows)
        assert batch["input_ids"].shape == batch["attention_mask"].shape
        ends = (batch["labels"] == real_tokenizer.eos_token_id).sum(dim=1)
        assert (ends == 1).all()
    with_placeholder = [pair for pair in kept["translation"] if "%1" in pair["en"]]
    assert len(with_placeholder) > 1000
    ids = tokenize({"translation": with_placeholder[:200]}, max_length=512)["labels"]
    width = max(map(len, ids))
    padded = [row + [-100] * (width - len(row)) for row in ids]
    texts = decode_ids(padded, real_tokenizer)
    for text, pair in zip(texts, with_placeholder[:200], strict=True):
        assert text.count("%") == pair["fr"].count("%")
