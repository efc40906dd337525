"""helpers.translation: pairs, token ids, decoding, BLEU, files."""

import copy
from functools import partial

import numpy as np
import pytest
import sacrebleu
import torch
from bad_inputs import mbart_50
from datasets import Dataset, Features, Translation, Value, load_dataset
from transformers import (
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    MBartConfig,
    MBartForConditionalGeneration,
    NllbTokenizer,
)

from helpers.translation import (
    Bleu,
    bleu,
    check_languages,
    count_truncated,
    decode_ids,
    freeze_positions,
    has_both_sides,
    load_catalogues,
    load_pairs,
    tokenize_pairs,
)
from offline import stand_in

EN_FR = {"source_lang": "en", "target_lang": "fr"}


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(stand_in("marian_ui"))


def pairs(*rows: tuple[str, str]) -> dict:
    return {"translation": [{"en": english, "fr": french} for english, french in rows]}


# --- token ids ------------------------------------------------------------------


def test_targets_go_through_the_target_model(tokenizer):
    french = "Par défaut, développer les fils de discussion"
    batch = pairs(("Default to expanded threads", french))
    tokens = tokenize_pairs(batch, tokenizer, **EN_FR, max_length=128)
    assert set(tokens) == {"input_ids", "attention_mask", "labels"}
    assert tokens["labels"][0] == tokenizer(text_target=french)["input_ids"]
    assert tokens["labels"][0] != tokenizer(french)["input_ids"]
    assert decode_ids(tokens["labels"], tokenizer) == [french]


def test_truncation_keeps_the_end_and_is_counted(tokenizer):
    batch = pairs(("Open the file", "Ouvrir le fichier"), ("file " * 40, "a " * 5))
    tokens = tokenize_pairs(batch, tokenizer, **EN_FR, max_length=12)
    assert len(tokens["input_ids"][1]) == 12
    assert tokens["input_ids"][1][-1] == tokenizer.eos_token_id
    counts = count_truncated(batch["translation"], tokenizer, **EN_FR, max_length=12)
    assert counts == {"en": 1, "fr": 0}
    long_enough = len(tokenizer("file " * 40)["input_ids"])
    for max_length, count in ((long_enough, 0), (long_enough - 1, 1)):
        counts = count_truncated(
            batch["translation"], tokenizer, **EN_FR, max_length=max_length
        )
        assert counts["en"] == count


def test_prefix_is_put_before_the_sources_only(tokenizer):
    batch = pairs(("Open the file", "Ouvrir le fichier"))
    plain = tokenize_pairs(batch, tokenizer, **EN_FR, max_length=64)
    prefixed = tokenize_pairs(
        batch, tokenizer, **EN_FR, max_length=64, source_prefix=">>fr<< "
    )
    assert prefixed["labels"] == plain["labels"]
    assert len(prefixed["input_ids"][0]) > len(plain["input_ids"][0])


def test_pairs_with_an_empty_side_can_be_dropped(tokenizer):
    dataset = Dataset.from_dict(
        pairs(("Open", "Ouvrir"), ("", "Fermer"), ("Close", "  "), ("Save", None))
    )
    kept = dataset.filter(has_both_sides, fn_kwargs=EN_FR)
    assert kept["translation"][:] == [{"en": "Open", "fr": "Ouvrir"}]


# --- languages ------------------------------------------------------------------


def test_languages_of_the_checkpoint(tokenizer):
    assert check_languages(tokenizer, **EN_FR) == ""


def test_languages_of_a_checkpoint_with_several_targets():
    class Several:
        source_lang, target_lang = "en", "ROMANCE"
        supported_language_codes = [">>fr<<", ">>es<<"]

    assert check_languages(Several(), **EN_FR) == ">>fr<< "


def test_languages_of_a_checkpoint_with_several_sources():
    class Several:
        source_lang, target_lang = "ROMANCE", "en"

    assert check_languages(Several(), source_lang="fr", target_lang="en") == ""


@pytest.mark.parametrize(
    "tokenizer",
    [
        mbart_50(),  # both sides would begin with the same code
        mbart_50(src_lang="fr_XX", tgt_lang="fr_XX"),
        mbart_50(src_lang="en_XX", tgt_lang="fr"),
        NllbTokenizer(src_lang="eng", tgt_lang="fra_Latn"),
    ],
)
def test_a_tokenizer_with_codes_is_given_two_that_it_has(tokenizer):
    with pytest.raises(ValueError, match="give from_pretrained two codes"):
        check_languages(tokenizer, **EN_FR)


def test_a_code_that_the_tokenizer_itself_refuses():
    class Strict:  # as M2M100's
        src_lang, tgt_lang, unk_token_id = "en", "fra", 3

        def __call__(self, text=None, text_target=None):
            code = self.src_lang if text_target is None else self.tgt_lang
            return {"input_ids": [{"en": 5}[code]]}

    with pytest.raises(ValueError, match="tgt_lang 'fra': give from_pretrained two"):
        check_languages(Strict(), **EN_FR)


@pytest.mark.parametrize(
    "tokenizer",
    [
        mbart_50(src_lang="en_XX", tgt_lang="fr_XX"),
        NllbTokenizer(src_lang="eng_Latn", tgt_lang="fra_Latn"),
    ],
)
def test_the_first_label_is_the_code_of_the_target(tokenizer):
    """As own_data.md has it."""
    assert check_languages(tokenizer, **EN_FR) == ""
    first = tokenizer(text_target="")["input_ids"][0]
    assert tokenizer.convert_ids_to_tokens(first) == tokenizer.tgt_lang


def test_the_prefix_of_a_source_counts_as_its_tokens(tokenizer):
    length = len(tokenizer("Open")["input_ids"])
    counts = [
        count_truncated(
            [{"en": "Open", "fr": "Ouvrir"}],
            tokenizer,
            **EN_FR,
            max_length=length,
            source_prefix=prefix,
        )["en"]
        for prefix in ("", ">>fr<< ")
    ]
    assert counts == [0, 1]


# --- decoding -------------------------------------------------------------------


def test_minus_100_is_no_obstacle_to_decoding(tokenizer):
    ids = tokenizer(text_target="Ouvrir le fichier")["input_ids"]
    padded = np.array([ids + [-100] * 3, ids + [tokenizer.pad_token_id] * 3])
    with pytest.raises((IndexError, OverflowError)):
        tokenizer.batch_decode(padded, skip_special_tokens=True)
    assert decode_ids(padded, tokenizer) == ["Ouvrir le fichier"] * 2
    assert padded[0, -1] == -100


# --- positions --------------------------------------------------------------------


def test_with_frozen_positions_the_saved_model_is_the_trained_one(tokenizer, tmp_path):
    model = AutoModelForSeq2SeqLM.from_pretrained(stand_in("marian_ui"))
    names = ["model.encoder.embed_positions", "model.decoder.embed_positions"]
    assert freeze_positions(model) == names
    before = copy.deepcopy(model.state_dict())
    batch = tokenizer("Open it", text_target="Ouvrir", return_tensors="pt")
    model(**batch).loss.backward()
    torch.optim.AdamW(model.parameters(), lr=1e-3).step()
    model.save_pretrained(tmp_path)
    loaded = AutoModelForSeq2SeqLM.from_pretrained(tmp_path).state_dict()
    trained = model.state_dict()
    assert all(torch.equal(loaded[name], trained[name]) for name in trained)
    changed = {n for n in trained if not torch.equal(before[n], trained[n])}
    assert {f"{name}.weight" for name in names}.isdisjoint(changed)
    assert "model.shared.weight" in changed


def test_learned_positions_stay_trainable():
    config = MBartConfig(
        vocab_size=8, d_model=8, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=1, decoder_attention_heads=1, encoder_ffn_dim=8,
        decoder_ffn_dim=8, max_position_embeddings=8,
    )  # fmt: skip
    model = MBartForConditionalGeneration(config)
    assert freeze_positions(model) == []
    assert all(parameter.requires_grad for parameter in model.parameters())


# --- BLEU -----------------------------------------------------------------------


def test_bleu_in_batches_with_several_references_equals_sacrebleu():
    predictions = ["Open the red file now", "Close the old window", "Save all files"]
    references = [
        ["Open the red file", "Open this red file now"],
        ["Close the window", "Shut the old window"],
        ["Save all files", "Save every file"],
    ]
    metric = Bleu()
    for row in range(3):
        metric.add_batch(
            predictions=predictions[row : row + 1],
            references=references[row : row + 1],
        )
    streams = [[row[0] for row in references], [row[1] for row in references]]
    expected = sacrebleu.corpus_bleu(predictions, streams)
    result = metric.compute()
    assert result["score"] == expected.score
    assert result["precisions"] == expected.precisions


def test_bleu_for_the_trainer_ignores_minus_100(tokenizer):
    texts = ["Ouvrir le fichier", "Supprimer tous les fils de discussion"]
    ids = tokenizer(text_target=texts)["input_ids"]
    width = max(len(row) for row in ids)
    labels = np.array([row + [-100] * (width - len(row)) for row in ids])
    predictions = np.concatenate(
        [np.full((2, 1), tokenizer.pad_token_id), labels], axis=1
    )
    assert bleu((predictions, labels), tokenizer) == {"bleu": pytest.approx(100)}
    assert bleu((predictions[::-1], labels), tokenizer)["bleu"] < 50


# --- files of one's own, and a software's catalogues ------------------------------


def test_load_pairs_reads_what_it_should(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_bytes(
        "\ufeffOpen\tOuvrir\r\n\r\nClose the tab\tFermer l'onglet\n".encode()
    )
    dataset = load_pairs(str(path), **EN_FR)
    assert dataset["translation"][:] == [
        {"en": "Open", "fr": "Ouvrir"},
        {"en": "Close the tab", "fr": "Fermer l'onglet"},
    ]
    assert dataset["id"][:] == ["1", "3"]
    assert dataset.features["translation"].languages == ["en", "fr"]


def test_catalogues(tmp_path):
    (tmp_path / "one.json").write_text(
        '{"": {"domain": "one"}, "menu\\u0004Open": ["Ouvrir"], "Close": ["Fermer"], '
        '"%1 row": ["%1 ligne", "%1 lignes"], "Untranslated": [""]}',
        encoding="utf-8",
    )
    (tmp_path / "two.json").write_text('{"Open": ["Ouvrir"]}', encoding="utf-8")
    dataset = load_catalogues(str(tmp_path), **EN_FR)
    assert [pair["en"] for pair in dataset["translation"]] == [
        "Open",
        "Close",
        "%1 row",
    ]
    assert dataset["translation"][2]["fr"] == "%1 ligne"


def test_the_real_interface_strings_of_the_language_pack(tokenizer):
    dataset = load_catalogues(stand_in("language_pack"), **EN_FR)
    assert len(dataset) > 2500
    rows = [tuple(pair.values()) for pair in dataset["translation"]]
    assert len(set(rows)) == len(rows)
    assert dataset.filter(has_both_sides, fn_kwargs=EN_FR).num_rows == len(dataset)
    tokenize = partial(tokenize_pairs, tokenizer=tokenizer, **EN_FR, max_length=128)
    tokenized = dataset.map(tokenize, batched=True)
    assert max(map(len, tokenized["input_ids"])) <= 128


def test_the_hub_s_parquet_branch_loads_by_its_folder(tmp_path):
    """The layout of ``refs/convert/parquet``: a folder a configuration, no card."""
    for languages in (["en", "fr"], ["bg", "nl"]):
        pair = dict(zip(languages, ("one", "two"), strict=True))
        features = Features(
            {"id": Value("string"), "translation": Translation(languages=languages)}
        )
        rows = {"id": ["0"], "translation": [pair]}
        folder = tmp_path / "-".join(languages) / "train"
        folder.mkdir(parents=True)
        dataset = Dataset.from_dict(rows, features=features)
        dataset.to_parquet(folder / "0000.parquet")
    loaded = load_dataset(str(tmp_path), data_dir="en-fr")
    assert loaded["train"][0]["translation"] == {"en": "one", "fr": "two"}
    with pytest.raises(ValueError, match="'en-fr' not found"):
        load_dataset(str(tmp_path), "en-fr")


def test_every_pair_is_counted(tokenizer):
    rows = [{"en": "Open", "fr": "Ouvrir"}] * 1000 + [{"en": "file " * 40, "fr": "a"}]
    options = {"source_lang": "en", "target_lang": "fr", "max_length": 12}
    assert count_truncated(rows, tokenizer, **options) == {"en": 1, "fr": 0}


def test_languages_of_a_group_with_a_two_letter_name():
    class Chinese:  # as opus-mt-en-zh
        source_lang, target_lang = "en", "zh"
        supported_language_codes = [">>cmn_Hans<<", ">>yue_Hant<<"]

    options = {"source_lang": "en", "target_lang": "cmn_Hans"}
    assert check_languages(Chinese(), **options) == ">>cmn_Hans<< "
