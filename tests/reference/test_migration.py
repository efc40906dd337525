"""Both sides of every row of ``reference/migration.jsonl``, as the page shows them.

The two snippets of a row run as they stand.  What they read comes from the fixtures of
this module and, failing that, from the libraries; a name that neither has stays
undefined.  ``check`` is an expression that holds after today's snippet.

Every test runs in an empty folder, with what the course would fetch from the Hub in it:
a data set of the course's name that is a loading script.  Nothing needs a network.
"""

import ast
import importlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from unittest.mock import create_autospec

import accelerate
import datasets
import huggingface_hub
import numpy as np
import pytest
import torch
import torch.utils.data
import tqdm.notebook
import transformers
from datasets import Dataset, DatasetDict
from transformers import AutoTokenizer

import helpers.question_answering
import helpers.summarization
from offline import stand_in

TABLE = Path(__file__).parents[2] / "reference" / "migration.jsonl"
ROWS = [json.loads(line) for line in TABLE.read_text("utf-8").splitlines()]
LIBRARIES = (transformers, datasets, accelerate, huggingface_hub, torch.utils.data)
MODULES = {"np": np, "os": os, "torch": torch}
FIELDS = ["id", "group", "section", "course", "error", "today", "check"]
SENTENCE = "I've been waiting for a HuggingFace course my whole life."


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch, french):
    """The folder to run in; caches and the accelerator's state are each test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.delenv("TENSORBOARD_LOGGING_DIR", raising=False)
    for name in ("kde4", "amazon_reviews_multi"):
        Path(name).mkdir()
        Path(name, f"{name}.py").write_text("# a loading script\n")
    pair = {"en": "Open the file", "fr": french}
    Dataset.from_list([{"id": "0", "translation": pair}]).to_parquet(
        "kde4-en-fr.parquet"
    )
    review = {"review_title": "Read it twice", "review_body": "I liked the end."}
    Path("reviews.jsonl").write_text(json.dumps(review))
    yield
    accelerate.state.AcceleratorState._reset_state(reset_partial_state=True)


# What the snippets read.  The names are those of the course and of our notebooks.
@pytest.fixture
def text():
    return "My name is Sylvain and I work in Brooklyn. I like it there."


@pytest.fixture
def sequence():
    return SENTENCE


@pytest.fixture
def french():
    return "Ouvrir le fichier"


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(stand_in("minilm"))


@pytest.fixture(scope="module")
def marian_tokenizer():
    return AutoTokenizer.from_pretrained(stand_in("marian_ui"))


@pytest.fixture
def ids(tokenizer):
    """As the course makes them: 14, without special tokens."""
    return tokenizer.convert_tokens_to_ids(tokenizer.tokenize(SENTENCE))


@pytest.fixture
def model():
    """A DistilBERT, which is what the course has in chapter 2, with random weights."""
    config = transformers.DistilBertConfig(
        dim=512, n_layers=1, hidden_dim=32, n_heads=8
    )
    return transformers.DistilBertForSequenceClassification(config)


@pytest.fixture
def raw_datasets():
    rows = {"sentence1": ["A cat.", "A dog."], "sentence2": ["A pet."] * 2}
    return DatasetDict(train=Dataset.from_dict(rows | {"label": [1, 0]}))


@pytest.fixture
def tokenized_datasets(raw_datasets, tokenizer):
    columns = ["sentence1", "sentence2"]
    return raw_datasets.map(
        lambda row: tokenizer(row["sentence1"], row["sentence2"]),
        remove_columns=columns,
    ).remove_columns("token_type_ids")


@pytest.fixture
def training_args():
    return transformers.TrainingArguments("test-trainer", report_to="none")


@pytest.fixture
def seq2seq_args():
    return transformers.Seq2SeqTrainingArguments("marian", report_to="none")


@pytest.fixture
def trainer(model, training_args, tokenizer):
    return transformers.Trainer(model, training_args, processing_class=tokenizer)


@pytest.fixture
def sentiment_checkpoint():
    return stand_in("sentiment")


@pytest.fixture
def entity_checkpoint():
    return stand_in("named_entities")


@pytest.fixture
def question_checkpoint():
    return stand_in("question_answering")


@pytest.fixture
def summary_checkpoint():
    return stand_in("mt5_reviews")


@pytest.fixture
def translation_checkpoint():
    return stand_in("marian_ui")


@pytest.fixture
def find_answer():
    return helpers.question_answering.find_answer


@pytest.fixture
def load_sentence_splitter():
    return helpers.summarization.load_sentence_splitter


@pytest.fixture
def split_sentences():
    return helpers.summarization.split_sentences


@pytest.fixture
def predictions(tokenizer):
    """Two predictions of unequal length as ``Trainer`` puts them together."""
    hello, world = tokenizer("hello world", add_special_tokens=False)["input_ids"]
    return np.array([[hello, -100], [hello, world]])


@pytest.fixture
def labels(marian_tokenizer, french):
    ids = marian_tokenizer(text_target=french)["input_ids"]
    return np.array([ids + [-100] * 3])


@pytest.fixture
def rouge_scores():
    """What the Hub's metric returns: it takes the middle of these intervals itself."""
    from rouge_score import rouge_scorer, scoring

    aggregator = scoring.BootstrapAggregator()
    aggregator.add_scores(rouge_scorer.RougeScorer(["rouge1"]).score("a b", "a c"))
    return {name: each.mid.fmeasure for name, each in aggregator.aggregate().items()}


@pytest.fixture
def sent_tokenize(monkeypatch):
    """NLTK's, on a machine to which nothing of NLTK's was downloaded."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [])
    return nltk.sent_tokenize


@pytest.fixture
def accelerator():
    return accelerate.Accelerator()


@pytest.fixture
def batch_losses():
    return [torch.tensor(1.0), torch.tensor(3.0)]


@pytest.fixture
def lr_scheduler():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=5e-4)
    return transformers.get_scheduler("constant", optimizer)


@pytest.fixture
def step():
    return 100


@pytest.fixture
def batch_size():
    return 32


@pytest.fixture
def repo_name():
    return "me/marian"


@pytest.fixture
def output_dir():
    return "marian"


# The Hub's functions, which accept what the real ones accept and send nothing.
@pytest.fixture
def create_repo():
    return create_autospec(huggingface_hub.create_repo)


@pytest.fixture
def upload_folder():
    return create_autospec(huggingface_hub.upload_folder)


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """For commands: a server that knows every token, and a home to keep it in."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            token = {"displayName": "course", "role": "write"}
            answer = {"name": "me", "auth": {"accessToken": token}}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *args):
            """Nothing in the tests' output."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("TOKEN", "hf_abc")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv(
        "PATH", str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    )
    yield
    server.shutdown()
    server.server_close()


def without_accelerate(monkeypatch):
    monkeypatch.setattr(
        transformers.training_args, "is_accelerate_available", lambda *_: False
    )


def without_scikit_learn(monkeypatch):
    """Nor the Hub: `glue` is a folder with what its script imports."""
    script = Path("glue", "glue.py")
    script.parent.mkdir()
    script.write_text("from sklearn.metrics import f1_score\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "sklearn", None)


def without_ipywidgets(monkeypatch):
    monkeypatch.setattr(tqdm.notebook, "IProgress", None)


# What a row may say under ``given``; it holds for the course's snippet.
SITUATIONS = {
    "without accelerate": without_accelerate,
    "without ipywidgets": without_ipywidgets,
    "without scikit-learn": without_scikit_learn,
}


@pytest.fixture
def namespace_of(request):
    """A function that returns what a snippet reads, as far as it exists."""

    def make(snippet: str, known=()) -> dict:
        nodes = [n for n in ast.walk(ast.parse(snippet)) if isinstance(n, ast.Name)]
        names = {node.id for node in nodes if isinstance(node.ctx, ast.Load)}
        found = {}
        for name in names - set(known):
            try:
                found[name] = request.getfixturevalue(name)
                continue
            except pytest.FixtureLookupError:
                pass
            if name in MODULES:
                found[name] = MODULES[name]
            for library in LIBRARIES:
                if name not in found and hasattr(library, name):
                    found[name] = getattr(library, name)
        return found

    return make


def run_command(snippet: str) -> dict:
    """What a line that begins with ``!`` prints; fails as a command fails."""
    bash = shutil.which("bash")  # by PATH: Windows looks in its own folder first
    if bash is None:
        pytest.skip("there is no bash")
    done = subprocess.run(
        [bash, "-c", snippet[1:]], capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        raise OSError(done.stderr)
    return {"output": done.stdout + done.stderr}


def told(error: Exception) -> str:
    """The error as the last lines of a traceback tell it: type, first line of text."""
    message = re.sub(r"\x1b\[\d+m", "", str(error))
    lines = (line.strip() for line in message.splitlines())
    return f"{type(error).__name__}: {next(filter(re.compile('[a-z]').search, lines))}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_course(row, namespace_of, caplog, monkeypatch):
    """The course's call fails, or passes with a warning, as the row says."""
    snippet, expected = row["course"], row["error"]
    if snippet.startswith("!"):
        with pytest.raises(OSError, match=re.escape(expected)):
            run_command(snippet)
        return
    namespace = namespace_of(snippet)
    if "given" in row:
        SITUATIONS[row["given"]](monkeypatch)
    if expected == "passes":
        for library in ("transformers", "datasets"):
            monkeypatch.setattr(logging.getLogger(library), "propagate", True)
            caplog.set_level(logging.WARNING, logger=library)
        with warnings.catch_warnings(record=True) as raised:
            warnings.simplefilter("always")
            exec(snippet, namespace)
        warned = [f"{each.category.__name__}: {each.message}" for each in raised]
        warned += [record.getMessage().splitlines()[0] for record in caplog.records]
        assert row["warning"] in warned
        return
    with pytest.raises(Exception) as caught:
        exec(snippet, namespace)
    if expected.endswith("…"):  # an installed file's path follows
        assert told(caught.value).startswith(expected[:-1])
    else:
        assert told(caught.value) == expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_today(row, namespace_of, request):
    """Today's call runs, and has done what it is for."""
    snippet = row["today"]
    if snippet.startswith("!"):
        request.getfixturevalue("hub")
        namespace = run_command(snippet)
    else:
        namespace = namespace_of(snippet)
        exec(snippet, namespace)
    namespace |= namespace_of(row["check"], known=namespace)
    assert eval(row["check"], namespace)


def test_notebook_login_waits_for_a_person(monkeypatch):
    """The note of `huggingface-cli`; with a token at hand it asks nobody."""
    login = importlib.import_module("huggingface_hub._login")
    address = "https://huggingface.co/device"
    code = {"user_code": "ABCD", "verification_uri": address}
    code["verification_uri_complete"] = address
    waited = []
    monkeypatch.setattr(login, "request_device_code", lambda: code)
    monkeypatch.setattr(login, "poll_device_token", waited.append)
    monkeypatch.setattr(login, "get_token", lambda: "hf_abc")
    huggingface_hub.notebook_login()
    assert waited == []
    monkeypatch.setattr(login, "get_token", lambda: None)
    huggingface_hub.notebook_login()
    assert waited == [code]


def test_rows_are_complete():
    """Ids are unique; a row that passes says with which warning, and no other does."""
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert all(row[field] for field in FIELDS), row["id"]
        assert ("warning" in row) == (row["error"] == "passes"), row["id"]
        assert set(row) <= {*FIELDS, "warning", "note", "given"}, row["id"]
