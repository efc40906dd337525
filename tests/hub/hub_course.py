"""Tiny repositories under the names that the course's notebooks load.

Models have the architecture, the files and the labels of the real ones, a layer or two,
and random weights; Marian and mT5 are the committed stand-ins.  Three have no
`safetensors` on the Hub: opus-mt-en-fr, distilbart-cnn-12-6 and mt5-small.  Data sets
have the real schema and layout, and rows of the stand-ins.
"""

import gzip
import io
import json
import tempfile
from pathlib import Path

import safetensors.torch
import sentencepiece
import torch
import transformers
from datasets import ClassLabel, Dataset, load_dataset
from hub_server import Hub
from hub_vocabularies import CODE, PROSE, byte_level, cased, uncased

from offline import stand_in

ENTITIES = ("MISC", "PER", "ORG", "LOC")
ROBERTA_TOKENS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def add_course(hub: Hub) -> None:
    """Fills a Hub with all that the notebooks load."""
    for name, files in models().items():
        hub.add("model", name, files)
    for name, files in data_sets().items():
        hub.add("dataset", name, files)
    # A script that `datasets` no longer runs, and the converted copy beside it.
    kde4 = "Helsinki-NLP/kde4"
    hub.add("dataset", kde4, {"README.md": b"---\n---\n", "kde4.py": b"# a script\n"})
    rows = load_dataset(stand_in("ui_strings"), split="train[:300]")
    pairs = ("en-fr", "bg-nl")  # the second is never to be fetched
    converted = {f"{pair}/train/0000.parquet": parquet(rows) for pair in pairs}
    hub.add("dataset", kde4, converted, branch="refs/convert/parquet")


# Models.
def checkpoint(model_class: str, config: dict, tokenizer: dict) -> dict[str, bytes]:
    """The files of a randomly initialized model, and of its tokenizer."""
    model_class = getattr(transformers, model_class)
    torch.manual_seed(0)
    model = model_class(model_class.config_class(**config))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return tokenizer | read_files(folder)


def read_files(folder: str) -> dict[str, bytes]:
    """The files of a folder, by path within it."""
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def word_pieces(pieces: list[str], **config) -> dict[str, bytes]:
    """The files of a BERT tokenizer."""
    config = {"model_max_length": 512, **config}
    text = "\n".join(pieces) + "\n"
    return {
        "vocab.txt": text.encode(),
        "tokenizer_config.json": json.dumps(config).encode(),
    }


def models() -> dict[str, dict[str, bytes]]:
    """The files of every model, by name."""
    lower = word_pieces(uncased(), do_lower_case=True)
    upper = word_pieces(cased(), do_lower_case=False)
    roberta = byte_level([PROSE, *PROSE.splitlines()], ROBERTA_TOKENS)
    gpt2 = byte_level([PROSE], ["<|endoftext|>"])
    code = byte_level([CODE.format(row) for row in range(50)], ["<|endoftext|>"])
    code["tokenizer_config.json"] = b'{"tokenizer_class": "GPT2Tokenizer"}'

    bert = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    bert |= {"intermediate_size": 64, "initializer_range": 0.2}
    distilbert = {"dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 2}
    distilbert |= {"initializer_range": 0.2}
    bart = {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "init_std": 0.2}
    bart |= {f"{part}_attention_heads": 2 for part in ("encoder", "decoder")}
    bart |= {f"{part}_ffn_dim": 64 for part in ("encoder", "decoder")}
    size, small = {"vocab_size": len(uncased())}, {"vocab_size": len(cased())}
    bpe = {"vocab_size": len(json.loads(roberta["vocab.json"]))}
    ends = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2}
    tags = [f"{begin}-{kind}" for kind in ENTITIES for begin in "BI"]

    return {
        "google-bert/bert-base-uncased": checkpoint(
            "BertForPreTraining", bert | size, lower
        ),
        "google-bert/bert-base-cased": checkpoint(
            "BertForPreTraining", bert | small, upper
        ),
        "distilbert/distilbert-base-uncased": checkpoint(
            "DistilBertForMaskedLM", distilbert | size, lower
        ),
        "distilbert/distilbert-base-uncased-finetuned-sst-2-english": checkpoint(
            "DistilBertForSequenceClassification",
            distilbert | size | labels("NEGATIVE", "POSITIVE"),
            lower,
        ),
        "distilbert/distilbert-base-cased-distilled-squad": checkpoint(
            "DistilBertForQuestionAnswering", distilbert | small, upper
        ),
        "dbmdz/bert-large-cased-finetuned-conll03-english": checkpoint(
            "BertForTokenClassification", bert | small | labels("O", *tags), upper
        ),
        "facebook/bart-large-mnli": checkpoint(
            "BartForSequenceClassification",
            bart | bpe | labels("contradiction", "neutral", "entailment"),
            roberta,
        ),
        "sshleifer/distilbart-cnn-12-6": distilbart(
            checkpoint("BartForConditionalGeneration", bart | bpe, roberta)
        ),
        "distilbert/distilroberta-base": checkpoint(
            "RobertaForMaskedLM",
            bert | bpe | ends | {"max_position_embeddings": 514},
            roberta,
        ),
        "distilbert/distilgpt2": checkpoint(
            "GPT2LMHeadModel",
            {"n_embd": 32, "n_layer": 1, "n_head": 2}
            | {"vocab_size": len(json.loads(gpt2["vocab.json"]))}
            | {"bos_token_id": 0, "eos_token_id": 0},
            gpt2,
        ),
        "Helsinki-NLP/opus-mt-en-fr": opus(),
        "google/mt5-small": mt5(),
        "huggingface-course/code-search-net-tokenizer": code,
    }


def pickled(files: dict[str, bytes], weights: dict | None = None) -> dict[str, bytes]:
    """The files with these weights, or their own, as PyTorch saved them in 2020."""
    own = safetensors.torch.load(files.pop("model.safetensors"))
    file = io.BytesIO()
    torch.save(weights or own, file)
    return files | {"pytorch_model.bin": file.getvalue()}


def distilbart(files: dict[str, bytes]) -> dict[str, bytes]:
    """A BART whose generation settings stand in `config.json`, as they used to."""
    del files["generation_config.json"]
    config = json.loads(files["config.json"])
    config |= {"min_length": 56, "max_length": 142, "num_beams": 4}
    config |= {"no_repeat_ngram_size": 3, "early_stopping": True, "length_penalty": 2.0}
    return pickled(files) | {"config.json": json.dumps(config).encode()}


def opus() -> dict[str, bytes]:
    """The Marian stand-in as one of 2020: tables of positions in the file of weights.

    And with a tokenizer that says as little as the real one.
    """
    folder = stand_in("marian_ui")
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder)
    files = pickled(read_files(folder), model.state_dict())
    config = {"target_lang": "fr", "source_lang": "en"}
    return files | {"tokenizer_config.json": json.dumps(config).encode()}


def mt5() -> dict[str, bytes]:
    """The mT5 stand-in, with a SentencePiece model for a `tokenizer.json`."""
    files = pickled(read_files(stand_in("mt5_reviews")))
    del files["tokenizer.json"]
    rows = load_dataset(stand_in("reviews"), "en", split="validation")
    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*rows["review_body"], *rows["review_title"]]),
        model_writer=file,
        vocab_size=1000,
        byte_fallback=True,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    tokens = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    config = json.dumps(tokens | {"extra_ids": 0}).encode()
    return files | {"spiece.model": file.getvalue(), "tokenizer_config.json": config}


def labels(*names: str) -> dict:
    """What a configuration says about its classes."""
    id2label = dict(enumerate(names))
    return {
        "id2label": id2label,
        "label2id": {name: index for index, name in id2label.items()},
    }


# Data sets.
def parquet(rows: Dataset) -> bytes:
    """The rows as a parquet file."""
    file = io.BytesIO()
    rows.to_parquet(file)
    return file.getvalue()


def json_lines(rows: list[dict]) -> bytes:
    """The rows as lines of JSON."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def zipped(data: bytes) -> bytes:
    """The data, compressed, and the same each time."""
    return gzip.compress(data, mtime=0)


def data_sets() -> dict[str, dict[str, bytes]]:
    """The files of every data set that is read from its main branch, by name."""
    script = {"amazon_reviews_multi.py": b"# a script\n", "README.md": b"---\n---\n"}
    return {
        "nyu-mll/glue": glue(),
        "buruzaemon/amazon_reviews_multi": script | reviews(),
        "transformersbook/codeparrot-train": {
            "file-000000000000.json.gz": zipped(json_lines(source_files(5_500, 2_000)))
        },
        "huggingface-course/codeparrot-ds-train": {
            "codeparrot-ds-train.jsonl": json_lines(source_files(40, 250))
        },
        "huggingface-course/codeparrot-ds-valid": {
            "codeparrot-ds-valid.jsonl": json_lines(source_files(10, 250))
        },
    }


def glue() -> dict[str, bytes]:
    """MRPC and SST-2 as GLUE keeps them: a folder each, and a card that names them."""
    pairs = load_dataset(stand_in("paraphrases"), "mrpc")
    cases = load_dataset(stand_in("tour_cases"), "sst2", split="validation")
    cases = cases.cast_column("label", ClassLabel(names=["negative", "positive"]))
    files, card = {}, "---\nconfigs:\n"
    for config, splits in (("mrpc", pairs), ("sst2", {"validation": cases})):
        card += f"- config_name: {config}\n  data_files:\n"
        for split, rows in splits.items():
            rows = rows.select(range(min(len(rows), 400)))
            files[f"{config}/{split}-00000-of-00001.parquet"] = parquet(rows)
            card += f"  - split: {split}\n    path: {config}/{split}-*\n"
    return files | {"README.md": f"{card}---\n".encode()}


def reviews() -> dict[str, bytes]:
    """Reviews of either language: 200 to train on and 60 in each other split."""
    files = {}
    for language in ("en", "es"):
        for split, rows in load_dataset(stand_in("reviews"), language).items():
            rows = rows.select(range(200 if split == "train" else 60))
            lines = json_lines(rows.to_list())
            files[f"{language}/{split}.jsonl.gz"] = zipped(lines)
    return files


def source_files(count: int, length: int) -> list[dict]:
    """Python files with CodeParrot's columns; every second one uses pandas."""
    rows = []
    for number in range(count):
        text = CODE if number % 2 else "import numpy as np\n\nprint(np.zeros({0}))\n"
        content = text.format(number) * (length // len(text) + 1)
        row = {"repo_name": f"someone/project{number}", "path": "plot.py"}
        row |= {"copies": "1", "size": str(len(content)), "content": content}
        rows.append(row | {"license": "mit"})
    return rows
