"""What the course prints from vocabularies and data that no package carries.

`make real` runs these tests, in seconds, and skips those whose folder is absent (see
CONTRIBUTING.md); `make test` leaves them out.
"""

import csv
from itertools import islice
from pathlib import Path

import pytest
from course_values import proves, value
from real_files import REAL
from transformers import AutoTokenizer, BertTokenizer, DataCollatorWithPadding

from helpers.causal_lm import find_key_tokens
from offline import stand_in

ARE_YOU, FINE = "How are you?", "I'm fine, thank you!"
SINGLE = "Hello, I'm a single sentence!"
NETWORK = "Using a Transformer network is simple"

pytestmark = pytest.mark.real


def folder(name: str) -> Path:
    if not (REAL / name).is_dir():
        pytest.skip(f"{REAL / name} is absent")
    return REAL / name


@pytest.fixture(scope="module")
def cased():
    """The tokenizer of bert-base-cased."""
    lines = (folder("bert-base-cased") / "vocab.txt").read_text("utf-8").splitlines()
    vocab = {token: index for index, token in enumerate(lines)}
    return BertTokenizer(vocab=vocab, do_lower_case=False)


# --- bert-base-cased: 1.3, 2.3 and 2.4 --------------------------------------------


@proves("ch1-pieces-of-a-name", "ch2-pieces-of-transformer")
def test_pieces(row, cased):
    word = "Sylvain" if row["section"] == "1.3" else "transformer"
    assert cased.tokenize(word) == row["value"]


@proves("ch2-greetings-ids")
def test_greetings(row, cased):
    assert cased(["Hello!", "Cool.", "Nice!"])["input_ids"] == row["truth"]
    assert cased.batch_decode(row["value"]) == [
        "[CLS] Clay 司 [SEP]",
        "[CLS] behavior 夫 [SEP]",
        "[CLS] reference 司 [SEP]",
    ]


@proves("ch2-single-sentence-ids")
def test_single_sentence(row, cased):
    assert cased(SINGLE)["input_ids"] == row["truth"]
    assert "sentence" not in cased.decode(row["value"])


@proves("ch2-single-sentence-decoded")
def test_single_sentence_decoded(row, cased):
    """The printed text needs the clean-up that is now off by default."""
    ids = cased(SINGLE)["input_ids"]
    assert cased.decode(ids) == row["today"]
    assert cased.decode(ids, clean_up_tokenization_spaces=True) == row["value"]


@proves("ch2-two-arguments-ids")
def test_two_arguments(row, cased):
    assert cased(ARE_YOU, FINE)["input_ids"] == row["truth"]


@proves("ch2-padded-pair-ids")
def test_padded_pair(row, cased):
    """The first row is right; the second mixes ids of the uncased vocabulary in."""
    ids = cased([ARE_YOU, FINE], padding=True)["input_ids"]
    assert ids == row["truth"]
    assert ids[0] == row["value"][0]


@proves("ch2-cut-at-five-ids")
def test_cut_at_five(row, cased):
    ids = cased([ARE_YOU, FINE], padding=True, truncation=True, max_length=5)
    assert ids["input_ids"] == row["truth"]


@proves("ch2-very-long-sentence-ids")
def test_very_long_sentence(row, cased):
    ids = cased(f"This is a {'very ' * 75}long sentence.", truncation=True)["input_ids"]
    assert {"first": ids[:5], "last": ids[-5:]} == row["truth"]
    assert cased.convert_ids_to_tokens(row["value"]["first"])[-1] == "play"


@proves("ch2-how-are-you-ids")
def test_how_are_you(row, cased):
    assert cased(ARE_YOU)["input_ids"] == row["value"]


@proves("ch2-how-are-you-decoded")
def test_how_are_you_decoded(row, cased):
    assert cased.decode(value("ch2-how-are-you-ids")) == row["value"]


@proves("ch2-encoded-sequences")
def test_encoded_sequences(row, cased):
    waiting = "I've been waiting for a HuggingFace course my whole life."
    assert cased([waiting, "I hate this so much!"])["input_ids"] == row["truth"]


@proves("ch2-network-ids", "ch2-network-ids-without-special-tokens")
def test_network_ids(row, cased):
    """The printed ids belong to "transformer", with a lower-case t."""
    special = row["truth"][0] == cased.cls_token_id
    lower = NETWORK.replace("Transformer", "transformer")
    for text, ids in ((NETWORK, row["truth"]), (lower, row["value"])):
        assert cased(text, add_special_tokens=special)["input_ids"] == ids


@proves("ch2-network-tokens")
def test_network_tokens(row, cased):
    assert cased.tokenize(NETWORK) == row["truth"]


@proves("ch2-network-masks")
def test_network_masks(row, cased):
    encoded = cased(NETWORK)
    assert {name: encoded[name] for name in row["value"]} == row["value"]


@proves("ch2-network-decoded")
def test_network_decoded(row, cased):
    printed = value("ch2-network-ids-without-special-tokens")
    assert cased.decode(printed) == row["truth"]


# --- MRPC: 3.2 --------------------------------------------------------------------


def mrpc(name: str):
    """The rows of one of the corpus' files."""
    path = folder("mrpc") / name
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


@pytest.fixture(scope="module")
def samples():
    """The first eight training pairs, tokenized."""
    tokenizer = AutoTokenizer.from_pretrained(stand_in("minilm"))
    pairs = [
        (row["#1 String"], row["#2 String"]) for row in islice(mrpc("train.tsv"), 8)
    ]
    return [dict(tokenizer(*pair)) | {"label": 1} for pair in pairs]


def test_rows_of_two_splits():
    """The test split is not among the files: the row stays with the course's word."""
    splits = value("ch3-mrpc-splits")
    assert sum(1 for _ in mrpc("train.tsv")) == splits["train"]
    assert sum(1 for _ in mrpc("dev.tsv")) == splits["validation"]


@proves("ch3-mrpc-first-row")
def test_first_row_of_mrpc(row):
    first = next(mrpc("train.tsv"))
    assert int(first["Quality"]) == row["value"]["label"]
    assert first["#1 String"].startswith(row["value"]["sentence1"])
    assert first["#2 String"].startswith(row["value"]["sentence2"])


@proves("ch3-lengths-of-eight-pairs")
def test_lengths_of_eight_pairs(row, samples):
    assert [len(sample["input_ids"]) for sample in samples] == row["value"]


@proves("ch3-batch-of-eight-shapes")
def test_batch_of_eight_pairs(row, samples):
    tokenizer = AutoTokenizer.from_pretrained(stand_in("minilm"))
    batch = DataCollatorWithPadding(tokenizer)(samples)
    assert {name: list(rows.shape) for name, rows in batch.items()} == row["value"]


# --- opus-mt-en-fr: 7.4 -----------------------------------------------------------


@pytest.fixture(scope="module")
def marian():
    return AutoTokenizer.from_pretrained(folder("opus-mt-en-fr"))


@proves("ch7-threads-encoded")
def test_threads(row, marian):
    pair = value("ch7-kde4-threads")
    assert dict(marian(pair["en"], text_target=pair["fr"])) == row["value"]


@proves("ch7-labels-of-row-1")
def test_labels(row, marian):
    target = value("ch7-kde4-threads")["fr"]
    assert marian(text_target=target)["input_ids"] == row["value"]


@proves("ch7-target-tokens", "ch7-target-tokens-by-the-source-model")
def test_target_tokens(row, marian):
    side = "text_target" if row["id"] == "ch7-target-tokens" else "text"
    ids = marian(**{side: value("ch7-kde4-threads")["fr"]})["input_ids"]
    assert marian.convert_ids_to_tokens(ids) == row["value"]


# --- code-search-net-tokenizer: 7.6 -----------------------------------------------


@proves("ch7-split-keyword")
def test_split_keyword(row):
    tokenizer = AutoTokenizer.from_pretrained(folder("code-search-net-tokenizer"))
    words = ["plt", "pd", "sk", "fit", "predict"]
    keywords = words + [f" {word}" for word in words] + ["testtest"]
    ids, split = find_key_tokens(keywords, tokenizer)
    assert len(ids) == 10
    assert split == row["value"]
