"""The committed mT5: it is what its manifest says, and it loads and writes."""

import json
import random
from pathlib import Path

import pytest

from offline import recipe_hash, stand_in
from offline.mt5_reviews import SENTINELS, build, mask_spans, measure, write_pairs
from offline.reviews import BOOKS

FOLDER = Path(stand_in("mt5_reviews"))


@pytest.fixture(scope="module")
def manifest():
    return json.loads(Path(FOLDER, "MANIFEST.json").read_text("utf-8"))


def test_made_by_this_recipe(manifest):
    assert manifest["recipe_hash"] == recipe_hash("mt5_reviews")


def test_small_enough():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 4 * 1024**2


def test_titles_products_but_not_books(manifest):
    quality = manifest["quality_after_reloading"]
    for language in ("en", "es"):
        titled = quality[f"rouge1 {language}, titled categories"]
        assert titled >= quality[f"rouge1 {language}, books"] + 10


def test_it_scores_what_its_manifest_says(manifest):
    assert measure(FOLDER) == pytest.approx(manifest["quality_after_reloading"], abs=1)


@pytest.mark.slow
def test_a_remake_is_as_good(tmp_path, manifest):
    build(tmp_path)
    remade = json.loads((tmp_path / "MANIFEST.json").read_text("utf-8"))
    for name, stored in manifest["quality_after_reloading"].items():
        assert abs(remade["quality_after_reloading"][name] - stored) <= 5, name


def test_loads_as_mt5_and_titles_a_kettle():
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(FOLDER)
    model = AutoModelForSeq2SeqLM.from_pretrained(FOLDER)
    assert model.config.model_type == "mt5"
    assert len(tokenizer) == model.config.vocab_size
    assert (tokenizer.pad_token_id, tokenizer.eos_token_id) == (0, 1)
    ids = tokenizer("I like this kettle. ¡Qué ruido!")["input_ids"]
    decoded = tokenizer.decode(ids, skip_special_tokens=True)
    assert decoded == "I like this kettle. ¡Qué ruido!"
    assert tokenizer.unk_token_id not in ids
    body = (
        "I bought this kettle in March to replace an old one. Delivery took three "
        "days, which is neither here nor there. It makes a terrible noise, like a "
        "tractor. I sent it back the same day."
    )
    batch = tokenizer(body, return_tensors="pt")
    output = model.generate(**batch, max_new_tokens=30, do_sample=False)
    title = tokenizer.decode(output[0], skip_special_tokens=True)
    assert title == "Terrible noise, sent it back"


def test_masked_spans_restore_the_text():
    ids = list(range(100, 260))
    sentinels = list(range(SENTINELS))
    inputs, target = mask_spans(random.Random(0), ids, sentinels)
    spans, current = {}, None
    for token in target:
        if token < SENTINELS:
            current = spans.setdefault(token, [])
        else:
            current.append(token)
    restored = []
    for token in inputs:
        restored += spans[token] if token < SENTINELS else [token]
    assert restored == ids
    assert 0 < sum(map(len, spans.values())) < len(ids) / 2


def test_pairs_have_both_languages():
    bodies = [body for body, _ in write_pairs(random.Random(0), 4, BOOKS)]
    assert len(set(bodies)) == 4
