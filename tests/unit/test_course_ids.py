"""The token ids that the course prints in chapters 2 and 3, right ones and wrong ones.

The uncased vocabulary is the real one of BERT, as the MiniLM package carries it.  The
cased one is nobody's package: its tests read ``bert-base-cased/vocab.txt`` from
``../shared/real`` beside the repository and are skipped where it is absent.
"""

import csv
from itertools import islice
from pathlib import Path

import pytest
from transformers import AutoTokenizer, BertTokenizer, DataCollatorWithPadding

from offline import stand_in

REAL = Path(__file__).parents[3] / "shared" / "real"
WAITING = "I've been waiting for a HuggingFace course my whole life."
WAITING_IDS = [1045, 1005, 2310, 2042, 3403, 2005, 1037, 17662, 12172, 2607, 2026]
WAITING_IDS += [2878, 2166, 1012]
HATE_IDS = [1045, 5223, 2023, 2061, 2172, 999]
GREETINGS = ["Hello!", "Cool.", "Nice!"]
GREETING_IDS = [[101, 7592, 999, 102], [101, 4658, 1012, 102], [101, 3835, 999, 102]]
NETWORK = "Using a Transformer network is simple"
NETWORK_TOKENS = ["Using", "a", "transform", "##er", "network", "is", "simple"]
NETWORK_IDS = [7993, 170, 11303, 1200, 2443, 1110, 3014]
PAIR = ["This is the first sentence.", "This is the second one."]


def real_file(name: str) -> Path:
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"the real file {name} is not beside the repository")
    return path


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(stand_in("minilm"))


@pytest.fixture(scope="module")
def cased():
    lines = real_file("bert-base-cased/vocab.txt").read_text("utf-8").splitlines()
    vocab = {token: index for index, token in enumerate(lines)}
    return BertTokenizer(vocab=vocab, do_lower_case=False)


def test_padded_batch(tokenizer):
    """2.2: ids and mask of the two sentences."""
    batch = tokenizer([WAITING, "I hate this so much!"], padding=True, truncation=True)
    assert batch["input_ids"] == [
        [101, *WAITING_IDS, 102],
        [101, *HATE_IDS, 102, 0, 0, 0, 0, 0, 0, 0, 0],
    ]
    assert batch["attention_mask"] == [[1] * 16, [1] * 8 + [0] * 8]


@pytest.mark.parametrize(
    "text, ids",
    [
        (WAITING, WAITING_IDS),
        ("I hate this so much!", HATE_IDS),
        ("Hello, how are you?", [7592, 1010, 2129, 2024, 2017, 1029]),
        *zip(GREETINGS, [ids[1:-1] for ids in GREETING_IDS], strict=True),
        ("This course is amazing!", [2023, 2607, 2003, 6429, 999]),
    ],
)
def test_uncased_ids(tokenizer, text, ids):
    """2.2 to 2.6: with and without special tokens, in one step and in two."""
    assert tokenizer(text)["input_ids"] == [101, *ids, 102]
    assert tokenizer.convert_tokens_to_ids(tokenizer.tokenize(text)) == ids


def test_mask_and_types_of_one_sentence(tokenizer):
    """2.4: zeros for the types, ones for the mask, one for each token."""
    encoded = tokenizer("Hello, how are you?")
    assert encoded["token_type_ids"] == [0] * 8
    assert encoded["attention_mask"] == [1] * 8


def test_decoded_text(tokenizer):
    """2.6: the printed text, which needs the clean-up that is now off by default."""
    ids = tokenizer(WAITING)["input_ids"]
    printed = "[CLS] i've been waiting for a huggingface course my whole life. [SEP]"
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=True) == printed
    assert tokenizer.decode(ids) == printed.replace("i've", "i ' ve")


def test_pair(tokenizer):
    """3.2: ids, types, mask and tokens of a pair of sentences."""
    encoded = tokenizer(*PAIR)
    first = [101, 2023, 2003, 1996, 2034, 6251, 1012, 102]
    second = [2023, 2003, 1996, 2117, 2028, 1012, 102]
    assert encoded["input_ids"] == first + second
    assert encoded["token_type_ids"] == [0] * 8 + [1] * 7
    assert encoded["attention_mask"] == [1] * 15
    tokens = ["[CLS]", "this", "is", "the", "first", "sentence", ".", "[SEP]"]
    tokens += ["this", "is", "the", "second", "one", ".", "[SEP]"]
    assert tokenizer.convert_ids_to_tokens(encoded["input_ids"]) == tokens


def test_first_rows_of_mrpc(tokenizer):
    """3.2: the lengths of the first eight pairs, and the shape of their batch."""
    path = real_file("mrpc/train.tsv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        pairs = [(row["#1 String"], row["#2 String"]) for row in islice(rows, 8)]
    samples = [tokenizer(*pair) for pair in pairs]
    lengths = [len(sample["input_ids"]) for sample in samples]
    assert lengths == [50, 59, 47, 67, 59, 50, 62, 32]
    batch = DataCollatorWithPadding(tokenizer)([dict(sample) for sample in samples])
    assert {tuple(tensor.shape) for tensor in batch.values()} == {(8, 67)}


def test_printed_tokens_are_not_those_of_the_sentence():
    """2.4: a cased tokenizer changes no letter, but "transform" is not in the text."""
    pieces = [token.removeprefix("##") for token in NETWORK_TOKENS]
    assert [piece for piece in pieces if piece not in NETWORK] == ["transform"]
    assert "".join(pieces) == NETWORK.replace("Transformer", "transformer").replace(
        " ", ""
    )


def test_greetings_for_the_cased_model(cased, tokenizer):
    """2.3: the printed ids are uncased ones; the cased model reads other words."""
    assert tokenizer(GREETINGS)["input_ids"] == GREETING_IDS
    assert cased(GREETINGS)["input_ids"] == [
        [101, 8667, 106, 102],
        [101, 13297, 119, 102],
        [101, 8835, 106, 102],
    ]
    assert cased.batch_decode(GREETING_IDS) == [
        "[CLS] Clay 司 [SEP]",
        "[CLS] behavior 夫 [SEP]",
        "[CLS] reference 司 [SEP]",
    ]


def test_network_for_the_cased_model(cased):
    """2.4: printed tokens, ids and decoded text belong to "transformer", small t."""
    lower = NETWORK.replace("Transformer", "transformer")
    assert cased.tokenize(NETWORK)[2:4] == ["Trans", "##former"]
    assert cased(NETWORK)["input_ids"] == [
        *[101, 7993, 170, 13809, 23763, 2443, 1110, 3014, 102]
    ]
    assert cased.tokenize(lower) == NETWORK_TOKENS
    encoded = cased(lower)
    assert encoded["input_ids"] == [101, *NETWORK_IDS, 102]
    assert encoded["token_type_ids"] == [0] * 9
    assert encoded["attention_mask"] == [1] * 9
    assert cased.decode(NETWORK_IDS) == lower
