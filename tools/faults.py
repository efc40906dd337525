"""Kills training runs and resumes them: the notebooks' loops, on tiny models.

A run is killed (SIGKILL) at a chosen moment, counted in calls of functions, so that the
same seed kills at the same place; then it is resumed, and its weights and losses are
compared with those of a run that nobody killed, bit for bit.  The loops and the cells
around ``Trainer`` are the notebooks' own, run on some rows of random numbers.  Chapter
3's plain loop, which saves nothing while it trains, is left out.

Each run is a process of its own, forked from a server that has imported everything.
Needs a system that can fork: Linux or macOS.
"""

import contextlib
import dataclasses
import functools
import hashlib
import importlib
import json
import math
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path

import nbformat
import torch
import transformers
from accelerate.utils import DataLoaderConfiguration
from datasets import Dataset
from tokenizers import Tokenizer, models
from torch.utils.data import DataLoader
from transformers import (
    BertForSequenceClassification,
    GPT2LMHeadModel,
    MarianMTModel,
    MT5ForConditionalGeneration,
)

from helpers import checkpoints
from tools.notebooks import NOTEBOOKS, code_cells, lifted

# What the loops import when they run: here, so that the server has it already.
for module in (
    "helpers.causal_lm",
    "torch.utils.serialization",
    "torch.utils.tensorboard",
    "transformers.convert_slow_tokenizer",
    "transformers.integrations.mistral",
    "transformers.trainer_seq2seq",
):
    importlib.import_module(module)

WORDS = 24
ROWS = 12
EPOCHS = 3


# ---- The loops: what a notebook defines, on tiny models ------------------------------


def tiny_tokenizer():
    """A tokenizer of 24 words, the first three of which are special."""
    words = ["<pad>", "</s>", "<s>"] + [f"w{i}" for i in range(WORDS - 3)]
    model = models.WordLevel({word: i for i, word in enumerate(words)}, "<pad>")
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(model),
        pad_token="<pad>",
        eos_token="</s>",
        bos_token="<s>",
    )


def classifier():
    """A BERT of one layer."""
    config = transformers.BertConfig(
        vocab_size=WORDS, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=16,
    )  # fmt: skip
    return BertForSequenceClassification(config)


def translator():
    """A Marian of one layer: three embeddings, one tensor."""
    config = transformers.MarianConfig(
        vocab_size=WORDS, d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=16, pad_token_id=0,
        eos_token_id=1, bos_token_id=2, decoder_start_token_id=0, dropout=0.1,
    )  # fmt: skip
    return MarianMTModel(config)


def summarizer():
    """An mT5 of one layer."""
    config = transformers.MT5Config(
        vocab_size=WORDS, d_model=16, d_kv=8, num_heads=2, d_ff=16, num_layers=1
    )
    return MT5ForConditionalGeneration(config)


def language_model():
    """A GPT-2 of one layer."""
    config = transformers.GPT2Config(
        vocab_size=WORDS, n_positions=16, n_embd=16, n_layer=1, n_head=2,
        bos_token_id=2, eos_token_id=1,
    )  # fmt: skip
    return GPT2LMHeadModel(config)


def rows(kind: str, count: int = ROWS) -> Dataset:
    """Rows of random tokens; labels are classes, other tokens, or the same."""
    numbers = random.Random(count)

    def texts():
        lengths = [numbers.randint(4, 9) for _ in range(count)]
        return [[numbers.randrange(3, WORDS) for _ in range(n)] for n in lengths]

    ids = texts()
    if kind == "clm":
        ids = [(row * 3)[:8] for row in ids]
        return Dataset.from_dict({"input_ids": ids, "labels": ids})
    labels = {"ch3": [i % 2 for i in range(count)]}.get(kind) or texts()
    name = "label" if kind == "ch3" else "labels"
    mask = [[1] * len(row) for row in ids]
    return Dataset.from_dict({"input_ids": ids, "attention_mask": mask, name: labels})


@dataclasses.dataclass(frozen=True)
class Loop:
    """A training loop of a notebook: where it stands, and what it trains here."""

    notebook: str
    kind: str
    model: object
    trainer: bool

    @property
    def name(self) -> str:
        return f"{self.notebook}, {'Trainer' if self.trainer else 'Accelerate'}"


LOOPS = [
    Loop(notebook, kind, model, trainer)
    for notebook, kind, model in (
        ("ch3_finetune_mrpc", "ch3", classifier),
        ("ch7_translation", "translation", translator),
        ("ch7_summarization", "summarization", summarizer),
        ("ch7_clm_codeparrot", "clm", language_model),
    )
    for trainer in (True, False)
]


@functools.cache
def cells(notebook: str) -> tuple:
    """The sources of the code cells of a notebook."""
    read = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4)
    return tuple(cell.source for cell in code_cells(read))


def cell_with(notebook: str, *texts: str) -> str:
    """The one cell that contains all the texts.

    Raises:
        LookupError: there is none, or more than one.
    """
    found = [cell for cell in cells(notebook) if all(text in cell for text in texts)]
    if len(found) != 1:
        raise LookupError(f"{notebook} has {len(found)} cells with {texts}")
    return found[0]


def mean_loss(model, dataloader, accelerator):
    """What the loops here evaluate: the mean loss, under every name they print."""
    model.eval()
    with torch.inference_mode():
        losses = [model(**batch).loss.item() for batch in dataloader]
    mean = sum(losses) / len(losses)
    return {"accuracy": mean, "all": {"rouge1": mean}}


def value(evaluate, *arguments, **options) -> float:
    """A score that is one number."""
    return evaluate(*arguments, **options)["accuracy"]


def train(loop: Loop, folder: str, *, resume: bool) -> dict:
    """Trains as the notebook does; returns its losses and a digest of its weights."""
    transformers.set_seed(7)
    model = loop.model()
    run = train_with_trainer if loop.trainer else train_with_accelerate
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        losses = run(loop, model, folder, resume)
    digest = hashlib.sha256()
    for name, tensor in model.state_dict().items():
        digest.update(name.encode() + tensor.contiguous().numpy().tobytes())
    passed_over = [str(each.message) for each in caught]
    passed_over = [each for each in passed_over if each.startswith("passed over")]
    return {
        "losses": losses,
        "weights": digest.hexdigest(),
        "passed over": passed_over,
    }


def train_with_accelerate(loop: Loop, model, folder: str, resume: bool) -> list[float]:
    """The notebook's ``training_function``; returns the loss of every batch."""
    function = lifted(loop.notebook, "training_function")["training_function"]
    tokenizer, data = tiny_tokenizer(), rows(loop.kind)
    options = {"num_train_epochs": EPOCHS, "output_dir": folder, "resume": resume}
    options["learning_rate"] = 1e-2
    collate = collator(loop, tokenizer, model)
    with checkpoints.exclusive(folder):
        if loop.kind == "clm":
            load = functools.partial(DataLoader, collate_fn=collate)
            function(
                model,
                load(data, 2, shuffle=True, generator=torch.Generator()),
                load(data, 4),
                [7],
                weight_decay=0.1,
                warmup_steps=1,
                eval_steps=2,
                logging_steps=1,
                gradient_accumulation_steps=2,
                dataloader_config=DataLoaderConfiguration(use_seedable_sampler=True),
                **options,
            )
        elif loop.kind == "translation":
            options |= {"batch_size": 3, "eval_batch_size": 4, "weight_decay": 0.1}
            evaluate = functools.partial(value, mean_loss)
            function(model, tokenizer, data, data, evaluate, seed=3, **options)
        else:
            options |= {"batch_size": 3, "seed": 3}
            function(model, data, data, collate, mean_loss, **options)
    newest = checkpoints.newest_complete(folder)
    return json.loads(Path(newest, checkpoints.PROGRESS).read_text("utf-8"))["losses"]


def collator(loop: Loop, tokenizer, model):
    """The notebook's collator for the loop's data."""
    if loop.kind == "ch3":
        return transformers.DataCollatorWithPadding(tokenizer)
    if loop.kind == "clm":
        return transformers.default_data_collator
    return transformers.DataCollatorForSeq2Seq(tokenizer, model=model)


def train_with_trainer(loop: Loop, model, folder: str, resume: bool) -> list[float]:
    """The notebook's cells from arguments to ``train``; returns the logged losses."""
    tokenizer, data = tiny_tokenizer(), rows(loop.kind)
    given = {
        "output_dir": str(Path(folder).parent),
        "learning_rate": 1e-2,
        "batch_size": 3,
        "dropout": {},
        "eval_batch_size": 4,
        "weight_decay": 0.1,
        "accumulation": 2,
        "warmup_steps": 1,
        "eval_steps": 2,
        "logging_steps": 1,
        "epochs": EPOCHS,
        "num_train_epochs": None,
        "max_length": 8,
        "max_target_length": 8,
        "num_beams": 1,
        "precision": "no",
        "device": torch.device("cpu"),
        "compiles": False,
        "seed": 3,
        "push_to_hub": False,
        "resume": resume,
        "Seq2SeqTrainingArguments": transformers.Seq2SeqTrainingArguments,
        "math": math,
        "os": os,
        "time": time,
        "torch": torch,
        "functools": functools,
        "set_seed": transformers.set_seed,
        "model": model,
        "tokenizer": tokenizer,
        "checkpoint": "",
        "AutoModelForSequenceClassification": OneModel(model),
        "tokenized_datasets": {"train": data, "validation": data, "valid": data},
        "books_dataset": {"validation": {"language": ["en"] * len(data)}},
        "data_collator": collator(loop, tokenizer, model),
        "accuracy_and_f1": None,
        "bleu": constant,
        "rouge": constant,
        "splitters": None,
    }
    arguments = cell_with(loop.notebook, "training_args = ")
    # Every step is logged: what is compared is the whole sequence of losses.
    with every_step_logged():
        exec(arguments, given)
    built = cell_with(loop.notebook, "class CheckedTrainer(")
    trained = cell_with(loop.notebook, "trainer.train(")
    for source in dict.fromkeys((built, trained)):  # one cell in chapter 7.6
        exec(source.partition("\nhistory = ")[0], given)
    history = given["trainer"].state.log_history
    return [line["loss"] for line in history if "loss" in line]


class OneModel:
    """Stands for ``AutoModel…``: gives the tiny model whatever is asked for."""

    def __init__(self, model):
        self.model = model

    def from_pretrained(self, *args, **kwargs):
        return self.model


def constant(eval_preds, **options):
    """A measure that measures nothing: the loops here are not about scores."""
    return {"score": 0.0}


@contextlib.contextmanager
def every_step_logged():
    """Sets ``logging_steps=1`` in arguments that are made in the block, and quiet."""
    original = transformers.TrainingArguments.__post_init__

    def changed(self):
        self.logging_strategy, self.logging_steps = "steps", 1
        self.disable_tqdm = True
        original(self)

    transformers.TrainingArguments.__post_init__ = changed
    try:
        yield
    finally:
        transformers.TrainingArguments.__post_init__ = original


# ---- The faults ----------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is done to a run, and when.

    ``kind`` is one of ``KINDS``; ``place`` is from 0 to 1: how far through the
    training, or through all of the saving, the fault comes.
    """

    kind: str
    place: float


KINDS = {
    "training": "killed in training",
    "saving": "killed while saving",
    "file": "killed within a file",
    "full": "disk full",
    "truncated": "file truncated",
    "missing": "file missing",
    "changed": "byte changed",
}


def faults(seed: int, training: int, saving: int, others: int) -> list[Fault]:
    """Faults at random places: so many kills, and so many of each other kind."""
    numbers = random.Random(seed)
    counts = {"training": training, "saving": saving}
    return [
        Fault(kind, numbers.random())
        for kind in KINDS
        for _ in range(counts.get(kind, others))
    ]


class Injector:
    """Counts the calls of functions in a run, apart while saving, and ends the run.

    Args:
        notes: file that gets a byte for every checkpoint that was saved.
        fault: what to do.
        counts: how many calls, and how many checkpoints, a whole run has.
    """

    def __init__(self, notes: str, fault: Fault | None = None, counts=None):
        self.calls = {"training": 0, "saving": 0}
        self.now = "training"
        self.saves = 0
        self.notes = os.open(notes, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        self.fault = fault
        kind = fault.kind if fault else ""
        self.last_call = int(fault.place * counts[kind]) if kind in self.calls else None
        # A damaged checkpoint needs one before it, and a run that does not end.
        at_save = kind in ("file", "full", *DAMAGES)
        self.bad_save = (
            1 + int(fault.place * (counts["saves"] - 1)) if at_save else None
        )

    def __enter__(self):
        self.original = checkpoints.written_aside
        checkpoints.written_aside = self.written_aside
        if self.fault is None or self.last_call is not None:
            sys.setprofile(self.on_call)
        return self

    def __exit__(self, *error):
        sys.setprofile(None)
        checkpoints.written_aside = self.original

    def on_call(self, frame, event, argument):
        if event in ("call", "c_call"):
            self.calls[self.now] += 1
            due = self.fault and self.fault.kind == self.now
            if due and self.calls[self.now] > self.last_call:
                os.kill(os.getpid(), signal.SIGKILL)

    @contextlib.contextmanager
    def written_aside(self, *args, **options):
        import resource  # not on Windows, where nothing is killed

        self.now = "saving"
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        if self.saves == self.bad_save and self.fault.kind in ("file", "full"):
            if self.fault.kind == "file":
                # The system ends the process in the middle of writing a file.
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limit[1]))
        try:
            with self.original(*args, **options) as partial:
                yield partial
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        os.write(self.notes, b".")
        if self.saves == self.bad_save:
            os.kill(os.getpid(), signal.SIGKILL)  # the damage comes afterwards
        self.saves += 1
        self.now = "training"


def in_child(loop: Loop, folder: str, resume: bool, fault, counts, out: str) -> None:
    """A run in a process of its own; what comes of it is written to ``out``."""
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    sink = open(os.devnull, "w")  # noqa: SIM115
    with (
        contextlib.redirect_stdout(sink),
        Injector(f"{out}.saves", fault, counts) as it,
    ):
        try:
            result = train(loop, folder, resume=resume)
            result["counts"] = {**it.calls, "saves": it.saves}
        except OSError as error:
            result = {"error": str(error)}
    Path(out).write_text(json.dumps(result), encoding="utf-8")


def start(loop: Loop, folder: str, out: str, *, resume=False, fault=None, counts=None):
    """Runs ``in_child`` and waits; returns exit code, result and checkpoints saved."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tools.faults"])
    arguments = (loop, folder, resume, fault, counts, out)
    process = context.Process(target=in_child, args=arguments)
    process.start()
    process.join(300)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"{loop.name} did not end: {fault}")
    result = json.loads(Path(out).read_text("utf-8")) if Path(out).is_file() else None
    saves = Path(f"{out}.saves")
    return process.exitcode, result, saves.stat().st_size if saves.is_file() else 0


def truncate(path: Path) -> None:
    """Cuts a file in half."""
    os.truncate(path, path.stat().st_size // 2)


def change(path: Path) -> None:
    """Changes a byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = {"truncated": truncate, "missing": Path.unlink, "changed": change}


def run_folder(loop: Loop, folder: str) -> str:
    """Where a run in ``folder`` keeps its checkpoints."""
    return str(Path(folder, "trainer" if loop.trainer else "accelerate"))


@functools.cache
def reference(loop: Loop) -> dict:
    """What a run that nobody disturbs comes to, and how many calls it takes."""
    with tempfile.TemporaryDirectory() as folder:
        code, result, _ = start(loop, run_folder(loop, folder), f"{folder}/result")
    if code != 0 or "error" in result:
        raise RuntimeError(f"{loop.name} does not train: exit {code}, {result}")
    return result


def survive(loop: Loop, fault: Fault) -> str | None:
    """Disturbs a run and resumes it: ``None``, or what was lost."""
    whole = reference(loop)
    with tempfile.TemporaryDirectory() as folder:
        run = run_folder(loop, folder)
        options = {"fault": fault, "counts": whole["counts"]}
        code, result, saved = start(loop, run, f"{folder}/first", **options)
        newest = checkpoints.newest_complete(run, tell=False)
        if fault.kind == "full":
            if not result or "MB free" not in result.get("error", ""):
                return f"the full disk was not reported: {code}, {result}"
            if newest is None or newest not in result["error"]:
                return f"the message does not name {newest}: {result['error']}"
        else:
            expected = signal.SIGXFSZ if fault.kind == "file" else signal.SIGKILL
            if code != -expected:
                return f"the fault was not injected: exit {code}, {result}"
        if fault.kind in DAMAGES:
            files = [path for path in Path(newest).iterdir() if path.suffix != ".json"]
            largest = max(files, key=lambda path: path.stat().st_size)
            DAMAGES[fault.kind](largest)
            saved -= 1
        code, result, again = start(loop, run, f"{folder}/second", resume=True)
        if code != 0 or "error" in result:
            return f"the resumed run failed: exit {code}, {result}"
        if fault.kind in DAMAGES:
            if not any(newest in each for each in result["passed over"]):
                return f"{newest} was not named: {result['passed over']}"
            name = Path(newest).name
            there = [*Path(run).glob(f"_replaced/{name}.*"), *Path(run).glob(name)]
            if not any(checkpoints.damage(each) for each in there):
                return f"the damaged {name} is gone"
    if saved + again > whole["counts"]["saves"]:
        return f"saved {saved} checkpoints, then {again}: some training was repeated"
    for what in ("losses", "weights"):
        if result[what] != whole[what]:
            return f"other {what} than in the whole run"
    return None
