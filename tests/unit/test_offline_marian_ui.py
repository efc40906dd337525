"""The committed tiny Marian: what it is, and how well it translates as stored."""

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, MarianTokenizer

from offline import COMMITTED, marian_ui, recipe_hash, stand_in, ui_strings
from offline import _ui_grammar as grammar

FOLDER = COMMITTED / "marian_ui"


@pytest.fixture(scope="module")
def manifest():
    return json.loads(Path(FOLDER, "MANIFEST.json").read_text(encoding="utf-8"))


def test_it_is_committed_small_and_of_this_recipe(manifest):
    assert stand_in("marian_ui") == str(FOLDER)
    assert manifest["recipe_hash"] == recipe_hash("marian_ui"), (
        "the recipe has changed: make the checkpoint again with "
        "`python -m offline marian_ui`"
    )
    size = sum(path.stat().st_size for path in FOLDER.iterdir())
    assert size <= 4 * 2**20


def test_it_looks_like_opus_mt():
    model = AutoModelForSeq2SeqLM.from_pretrained(FOLDER)
    tokenizer = AutoTokenizer.from_pretrained(FOLDER)
    assert isinstance(tokenizer, MarianTokenizer)
    assert (tokenizer.source_lang, tokenizer.target_lang) == ("en", "fr")
    assert model.dtype == torch.float32
    pad, end = tokenizer.pad_token_id, tokenizer.eos_token_id
    assert (end, pad) == (0, len(tokenizer) - 1)
    assert model.config.decoder_start_token_id == pad
    assert model.generation_config.bad_words_ids == [[pad]]
    assert model.generation_config.num_beams == 4


def test_it_scores_what_its_manifest_says(manifest):
    scores = marian_ui.measure(FOLDER)
    assert scores == pytest.approx(manifest["quality_after_reloading"], abs=1.0)
    assert scores["general_bleu"] >= 90
    assert 25 <= scores["official_bleu"] <= 60


def test_its_training_set_holds_nothing_that_is_measured():
    train, held_out = marian_ui.general_sentences()
    seen = {row[0] for row in train}
    assert len(seen) == len(train) == marian_ui.TRAIN_PAIRS
    assert not seen & {row[0] for row in held_out}
    assert not seen & {row[0] for row in ui_strings.sentences()}
    assert not seen & grammar.RESERVED


@pytest.mark.slow
def test_a_remake_is_as_good(tmp_path, manifest):
    marian_ui.build(tmp_path)
    scores = json.loads((tmp_path / "MANIFEST.json").read_text("utf-8"))
    stored = manifest["quality_after_reloading"]
    remade = scores["quality_after_reloading"]
    assert remade["general_bleu"] >= 90
    assert abs(remade["official_bleu"] - stored["official_bleu"]) <= 5
