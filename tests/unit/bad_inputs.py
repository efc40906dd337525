"""Bad input, one row a case: what is given, the call, and what is said or comes back.

``test_bad_input.py`` runs every row; ``python -m tools.reliability inputs`` makes a
table of them for ``docs/reliability.md``.
"""

import functools
import io
import os
import types
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import nbformat
import numpy as np
from datasets import Dataset, IterableDataset

import offline
from helpers import (
    causal_lm,
    checkpoints,
    classification,
    generation,
    question_answering,
    runtime,
    summarization,
    translation,
)
from tools import run
from tools.notebooks import NOTEBOOKS, code_cells, names

EN_FR = {"source_lang": "en", "target_lang": "fr"}
CHAPTERS = [name for name in names() if name.startswith("ch")]


@dataclass(frozen=True)
class Case:
    """One row.  In ``says``, … is any text and FOLDER a temporary folder."""

    where: str
    given: str
    call: Callable[["Bench"], object]
    error: type[BaseException] | None  # None: `says` is the value that comes back
    says: str


class Bench:
    """What the calls work with: a folder, tokenizers, small notebooks, the runner."""

    def __init__(self, folder: Path):
        self.folder = folder

    def file(self, name: str, content: str | bytes) -> str:
        """Writes a file; returns its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def notebook(self, *sources: str, parameter_cells: int = 1) -> str:
        """Writes a notebook with a ``parameters`` cell and these; returns its path."""
        settings = 'profile = "tiny"\noutput_dir = "outputs/small"\nseed = 42'
        tags = {"metadata": {"tags": ["parameters"]}}
        cells = [
            nbformat.v4.new_code_cell(settings, **tags) for _ in range(parameter_cells)
        ]
        cells += [nbformat.v4.new_code_cell(source) for source in sources]
        spec = {"name": "python3", "display_name": "", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
        path = self.folder / "small.ipynb"
        nbformat.write(notebook, path)
        return str(path)

    def run(self, *arguments: str) -> str:
        """Exit status and last line of ``python -m tools.run`` with these arguments."""
        said = io.StringIO()
        out = ["--out", str(self.folder / "out")]
        with redirect_stdout(said), redirect_stderr(said):
            try:
                status = run.main([*arguments, *out])
            except SystemExit as error:
                status = error.code
        return f"exit {status}: {said.getvalue().strip().splitlines()[-1]}"

    def settings_cell(self, name: str, **changes) -> None:
        """Runs the settings of a notebook with some of them changed."""
        cells = code_cells(nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4))
        tagged = next(c for c in cells if "parameters" in c.metadata.get("tags", []))
        names = vars(runtime).copy()
        exec(tagged.source, names)
        assert changes.keys() <= names.keys()
        names |= changes
        exec(next(c.source for c in cells if "check_settings(" in c.source), names)

    @functools.cached_property
    def minilm(self):
        return load_tokenizer("minilm")

    @functools.cached_property
    def marian(self):
        return load_tokenizer("marian_ui")

    @functools.cached_property
    def mt5(self):
        return load_tokenizer("mt5_reviews")

    @functools.cached_property
    def bpe(self):
        return code_tokenizer()

    @functools.cached_property
    def splitters(self):
        text = "One sentence. Another one."
        return {"en": summarization.load_sentence_splitter("en", [text])[0]}


@functools.cache
def load_tokenizer(name: str):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(offline.stand_in(name))


@functools.cache
def code_tokenizer():
    texts = ["import pandas as pd\npd.DataFrame(x)\nmodel.fit(x, y)\nplt.show()\n"] * 9
    return causal_lm.train_tokenizer(texts, vocab_size=340)


@functools.cache
def gpt2():
    """A random model with 16 positions for the tokens of :func:`code_tokenizer`."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    sizes = {"n_positions": 16, "n_embd": 8, "n_layer": 1, "n_head": 2}
    ids = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 1}
    config = GPT2Config(vocab_size=len(code_tokenizer()), **sizes, **ids)
    return GPT2LMHeadModel(config).eval()


def bare(tokenizer):
    """The tokenizer without its special tokens."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(tokenizer_object=tokenizer.backend_tokenizer)


def with_old_libraries(call: Callable) -> None:
    with mock.patch("importlib.metadata.version", lambda name: "4.57.1"):
        call()


def without_cuda(call: Callable) -> None:
    with (
        mock.patch("torch.cuda.is_available", lambda: False),
        mock.patch.dict(os.environ),
    ):
        os.environ.pop("COMPANION_ALLOW_CPU", None)
        call()


def without_network(folder: Path, **repositories) -> None:
    constants = "huggingface_hub.constants"
    with (
        mock.patch(f"{constants}.ENDPOINT", "http://127.0.0.1:9"),
        mock.patch(f"{constants}.HF_HUB_OFFLINE", False),
        mock.patch(f"{constants}.HF_HUB_CACHE", str(folder)),
    ):
        runtime.require_repositories(**repositories)


def sentence_pairs(**changes) -> Dataset:
    rows = {"sentence1": ["a b", "c d"], "sentence2": ["b a", "e f"], "label": [1, 0]}
    return Dataset.from_dict(rows | changes)


def own_folder_as_output(bench: Bench) -> str:
    """The runner, on a notebook in the folder that its copy goes to."""
    (bench.folder / "out").mkdir()
    path = Path(bench.notebook()).rename(bench.folder / "out" / "small.ipynb")
    return bench.run(str(path))


def full_again(bench: Bench) -> str:
    """The runner with the full profile, where one has trained already."""
    bench.file("out/outputs/small/trainer/checkpoint-9/manifest.json", "{}")
    return bench.run(bench.notebook("1"), "--profile", "full")


def saved_by_two(bench: Bench):
    """Loads with one process what two have saved."""
    accelerator = mock.Mock(is_main_process=True, num_processes=2, _dataloaders=[])
    accelerator.gradient_state.active_dataloader = None
    scheduler = mock.Mock(last_epoch=7, **{"state_dict.return_value": {}})
    folder = str(bench.folder)
    checkpoints.save_checkpoint(accelerator, folder, scheduler, {"epoch": 1})
    accelerator.num_processes = 1
    return checkpoints.load_checkpoint(accelerator, folder, scheduler)


def score_no_rows(metric) -> dict:
    """The score of an empty batch."""
    metric.add_batch(predictions=[], references=[])
    return metric.compute()


def resumed_where_nothing_is(bench: Bench) -> None:
    """A trainer that is told to go on, in a folder without checkpoints."""
    arguments = types.SimpleNamespace(output_dir=str(bench.folder))
    trainer = mock.Mock(args=arguments, spec=checkpoints.CompleteCheckpoints)
    checkpoints.CompleteCheckpoints.train(trainer, resume_from_checkpoint=True)


def checked_trainer(bench: Bench, **options):
    """What ``CheckedTrainer(model, arguments)`` does with these arguments."""
    from transformers import TrainingArguments

    options |= {"eval_strategy": "epoch", "save_strategy": "epoch"}
    arguments = TrainingArguments(str(bench.folder), report_to="none", **options)
    return checkpoints.CompleteCheckpoints(None, arguments)


def words_tokenizer():
    """A tokenizer of one word, to which any other is unknown."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({"[UNK]": 0, "pd": 1}, "[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]")


def classify(texts: list[str], bench: Bench, **options) -> list[list[int]]:
    batch = {"sentence1": texts, "sentence2": texts}
    return classification.tokenize_pairs(batch, bench.minilm, **options)["input_ids"]


def score_classes(predictions, references) -> dict:
    metric = classification.AccuracyF1()
    return metric.compute(predictions=predictions, references=references)


def ui_pairs(second: dict, bench: Bench):
    batch = {"translation": [{"en": "Close", "fr": "Fermer"}, second]}
    return translation.tokenize_pairs(batch, bench.marian, **EN_FR, max_length=64)


def languages(bench: Bench, source_lang: str, target_lang: str, tokenizer=None) -> str:
    return translation.check_languages(
        tokenizer or bench.marian, source_lang=source_lang, target_lang=target_lang
    )


def several_targets():
    codes = [">>fr<<", ">>es<<"]
    return types.SimpleNamespace(
        source_lang="en", target_lang="ROMANCE", supported_language_codes=codes
    )


def mbart_50(**codes):
    """A tokenizer of few pieces; ``codes`` are its ``src_lang`` and ``tgt_lang``."""
    from transformers import MBart50Tokenizer

    pieces = [(piece, 0.0) for piece in ("<s>", "<pad>", "</s>", "<unk>", "▁", "a")]
    return MBart50Tokenizer(vocab=pieces, **codes)


def bleu(predictions, references) -> float:
    result = translation.Bleu().compute(predictions=predictions, references=references)
    return round(result["score"], 6)


def tsv(line: bytes | str, bench: Bench):
    line = line.encode() if isinstance(line, str) else line
    path = bench.file("my.tsv", b"Open\tOuvrir\n\n" + line + b"\nSave\tEnregistrer\n")
    return translation.load_pairs(path, **EN_FR)


def catalogue(content: str, bench: Bench):
    bench.file("pack/menu.json", content)
    return translation.load_catalogues(str(bench.folder / "pack"), **EN_FR)


def review(bench: Bench, **changes):
    rows = {"review_body": ["A body"] * 2, "review_title": ["A title"] * 2} | changes
    return summarization.tokenize_reviews(rows, bench.mt5)


def summed_up(body, title) -> bool:
    return summarization.has_summary({"review_body": body, "review_title": title})


def rouge1(predictions, references) -> float:
    scores = summarization.Rouge().compute(
        predictions=predictions, references=references
    )
    return scores["rouge1"]


PANDAS = Dataset.from_list([{"content": "import pandas"}] * 9)


def filtered(bench: Bench, rows: list[dict], name: str = "pandas") -> dict:
    stream = IterableDataset.from_generator(lambda: iter(rows))
    return filtered_stream(bench, stream, name)


def filtered_stream(bench: Bench, stream, name: str = "pandas") -> dict:
    done = causal_lm.filter_stream(
        stream, lambda row: "pandas" in row["content"], str(bench.folder), name=name
    )
    return {key: done[key] for key in ("seen", "kept")}


def filtered_twice(bench: Bench) -> dict:
    filtered(bench, [{"content": "import pandas"}])
    return filtered(bench, [{"content": "import seaborn"}], name="seaborn")


def rows_of(function: str, texts: list, bench: Bench, *, context_length=16) -> str:
    cut = getattr(causal_lm, function)
    rows = cut({"content": texts}, bench.bpe, context_length=context_length)
    return f"{len(rows['input_ids'])} rows"


def mean_loss(rows: list[list[int]], *, pad_token_id: int = -1) -> float:
    """The mean loss of a random model over rows of equal length, in batches of 8."""
    import torch

    def batch(examples):
        ids = torch.tensor(examples)
        mask = (ids != pad_token_id).long()
        return {"input_ids": ids, "attention_mask": mask, "labels": ids}

    batches = torch.utils.data.DataLoader(rows, 8, collate_fn=batch)
    return causal_lm.evaluate_loss(gpt2(), batches)


def key_loss(labels: list[list[int]]) -> float:
    import torch

    ids = torch.tensor(labels)
    return causal_lm.keytoken_loss(ids, torch.zeros(*ids.shape, 10), [9]).item()


def without_metadata(bench: Bench, of) -> str:
    """Writes a notebook of which a part, or the whole, lacks its metadata."""
    path = bench.notebook()
    notebook = nbformat.read(path, as_version=4)
    of(notebook).metadata.clear()
    nbformat.write(notebook, path)
    return path


def answer(bench: Bench, question: str, context: str, **options):
    return question_answering.find_answer(
        question, context, None, bench.minilm, **options
    )


LONG = "word " * 600
SAVE = "from helpers.runtime import save_result\nsave_result(output_dir, metric='m', "
SAVE += "value={value}, baseline=60, margin=10)"

SETTINGS = [
    Case(
        "settings cell",
        f"profile = 'tinny' in {name}",
        lambda bench, name=name: bench.settings_cell(name, profile="tinny"),
        ValueError,
        "profile is 'tinny'; it must be one of 'tiny', 'sample', 'full'",
    )
    for name in CHAPTERS
]
SETTINGS += [
    Case(
        "settings cell",
        f"max_train_samples = 0 in {name}",
        lambda bench, name=name: bench.settings_cell(name, max_train_samples=0),
        ValueError,
        "max_train_samples is 0; give a whole number from 1 up, or None for the "
        "profile's own",
    )
    for name in CHAPTERS[2:]
]
SETTINGS += [
    Case(
        "check_settings",
        "transformers 4 is installed",
        lambda bench: with_old_libraries(lambda: runtime.check_settings("tiny")),
        ImportError,
        "transformers is 4.57.1, and these notebooks need 5.20 or later: run `pip "
        "install -r requirements.txt` in the folder of the repository, then restart "
        "the kernel",
    ),
    Case(
        "check_settings",
        "profile=None",
        lambda bench: runtime.check_settings(None),
        ValueError,
        "profile is None; it must be one of 'tiny', 'sample', 'full'",
    ),
    *(
        Case(
            "check_settings",
            f"{name}={value!r}",
            lambda bench, name=name, value=value: runtime.check_settings(
                "tiny", **{name: value}
            ),
            ValueError,
            f"{name} is {value!r}; give a whole number from 1 up, or None for the "
            "profile's own",
        )
        for name, value in (
            ("max_eval_samples", -3),
            ("max_train_samples", "10"),
            ("max_train_samples", True),
            ("num_train_epochs", 0.5),
        )
    ),
    *(
        Case(
            "check_settings",
            f"profile={profile!r} without a CUDA GPU",
            lambda bench, profile=profile: without_cuda(
                lambda: runtime.check_settings(profile)
            ),
            RuntimeError,
            f"profile {profile!r} trains the course's own checkpoint and needs a CUDA "
            "GPU, but torch … sees none. On Colab: Runtime → Change runtime type → T4 "
            'GPU, then run again from the top.… Without a GPU: profile = "tiny".…',
        )
        for profile in ("sample", "full")
    ),
    Case(
        "require_repositories",
        "no network, and nothing in the cache",
        lambda bench: without_network(bench.folder, dataset="nyu-mll/glue"),
        RuntimeError,
        "…'nyu-mll/glue' is not in the local cache and the Hub cannot be reached: "
        'check the network, or work offline with profile = "tiny"',
    ),
    *(
        Case(
            "take_rows",
            f"{count} of 3 rows",
            lambda bench, count=count: runtime.take_rows(
                Dataset.from_dict({"x": [0, 1, 2]}), count, "max_train_samples"
            ),
            ValueError,
            f"max_train_samples is {count}, but the split has 3 rows; give a number "
            "from 1 to 3, or None for all",
        )
        for count in (0, 4)
    ),
    Case(
        "take_rows",
        "a split without rows",
        lambda bench: runtime.take_rows(
            Dataset.from_dict({"x": []}), None, "max_eval_samples"
        ),
        ValueError,
        "cannot apply max_eval_samples: the split has no rows",
    ),
    *(
        Case(
            "save_result",
            f"{given}, of a training that diverged",
            lambda bench, value=value: runtime.save_result(
                bench.folder, metric="perplexity", value=value, baseline=9, margin=2
            ),
            ValueError,
            f"perplexity is {value}: the training diverged, so lower learning_rate",
        )
        for given, value in (
            ("a value that is no number", float("nan")),
            ("an infinite value", float("inf")),
        )
    ),
    Case(
        "load_checkpoint",
        "a checkpoint that another number of processes saved",
        saved_by_two,
        ValueError,
        "FOLDER/checkpoint-7 was saved by 2 processes, and these are 1: start as many, "
        "or begin anew with resume=False",
    ),
    Case(
        "CompleteCheckpoints",
        "load_best_model_at_end=True",
        lambda bench: checked_trainer(bench, load_best_model_at_end=True),
        ValueError,
        "CompleteCheckpoints does not keep the best checkpoint: set "
        "load_best_model_at_end=False",
    ),
    Case(
        "CompleteCheckpoints",
        "push_to_hub=True, hub_strategy='checkpoint'",
        lambda bench: checked_trainer(
            bench, push_to_hub=True, hub_strategy="checkpoint"
        ),
        ValueError,
        "CompleteCheckpoints moves a checkpoint once it is complete: set "
        'hub_strategy="every_save" or "end"',
    ),
    Case(
        "CompleteCheckpoints",
        "resume_from_checkpoint=True where no checkpoint is complete",
        resumed_where_nothing_is,
        ValueError,
        "FOLDER has no complete checkpoint to go on from: begin anew, without "
        "resume_from_checkpoint",
    ),
    Case(
        "stand_in",
        "a name that no recipe has",
        lambda bench: offline.stand_in("minilms"),
        ValueError,
        "no stand-in named 'minilms'; there are docstring_examples, …",
    ),
]

RUNNER = [
    Case(
        "tools.run",
        given,
        call,
        None,
        says,
    )
    for given, call, says in (
        (
            "a misspelt setting",
            lambda bench: bench.run(bench.notebook(), "--set", "sead=1"),
            "exit 2: small has no parameter 'sead': did you mean 'seed'?",
        ),
        (
            "a setting without a value",
            lambda bench: bench.run(bench.notebook(), "--set", "seed"),
            "exit 2: … argument --set: 'seed' is not of the form name=value",
        ),
        (
            "no notebook of this name",
            lambda bench: bench.run("ch9"),
            "exit 2: no notebook called 'ch9'; there are ch1_pipelines, …",
        ),
        (
            "a name that several notebooks begin with",
            lambda bench: bench.run("ch7_"),
            "exit 2: several notebooks called 'ch7_'; there are ch1_pipelines, …",
        ),
        (
            "a file that is not there",
            lambda bench: bench.run("nowhere/mine.ipynb"),
            "exit 2: there is no file nowhere/mine.ipynb",
        ),
        (
            "a notebook without a parameters cell",
            lambda bench: bench.run(
                without_metadata(bench, lambda book: book.cells[0])
            ),
            "exit 2: small has 0 cells tagged `parameters`; it needs one",
        ),
        (
            "a notebook with two parameters cells",
            lambda bench: bench.run(bench.notebook(parameter_cells=2)),
            "exit 2: small has 2 cells tagged `parameters`; it needs one",
        ),
        (
            "a file that is no notebook",
            lambda bench: bench.run(bench.file("mine.ipynb", "profile = 1")),
            "exit 2: FOLDER/mine.ipynb is no notebook: …",
        ),
        (
            "a notebook that names no kernel",
            lambda bench: bench.run(without_metadata(bench, lambda book: book)),
            "exit 2: small names no kernel: open it in JupyterLab, choose one, and "
            "save",
        ),
        (
            "a cell that fails",
            lambda bench: bench.run(bench.notebook("1 / 0")),
            "exit 1: FAILED  small, the cell `1 / 0`: ZeroDivisionError: division by "
            "zero",
        ),
        (
            "an output folder that is the notebook's own",
            own_folder_as_output,
            "exit 1: FAILED  --out FOLDER/out would overwrite small.ipynb: give "
            "another folder",
        ),
        (
            "the full profile, where checkpoints of an earlier run are",
            full_again,
            "exit 1: FAILED  there are checkpoints in FOLDER/out/outputs/small: add "
            "--set resume=True, or delete the folder",
        ),
        (
            "a cell whose process dies",
            lambda bench: bench.run(bench.notebook("import os; os._exit(1)")),
            "exit 1: FAILED  small: Kernel died; was memory short?",
        ),
        (
            "a cell that calls sys.exit(0)",
            lambda bench: bench.run(bench.notebook("import sys; sys.exit(0)", "1")),
            "exit 1: FAILED  small: … of 3 code cells did not run",
        ),
        (
            "a notebook that does not beat its baseline",
            lambda bench: bench.run(bench.notebook(SAVE.format(value=69))),
            "exit 1: small … 2 cells … m 69  baseline 60  course none  DID NOT LEARN",
        ),
        (
            "a notebook that saves no result",
            lambda bench: bench.run(bench.notebook("1")),
            "exit 1: small … 2 cells … saved no results.json",
        ),
    )
]


def check(given: str, data: Callable[["Bench"], Dataset], says: str) -> Case:
    return Case(
        "check_pairs",
        given,
        lambda bench: classification.check_pairs(data(bench)),
        ValueError,
        says,
    )


CLASSIFICATION = [
    check(
        "a CSV of your own with a misnamed column",
        lambda bench: Dataset.from_csv(
            bench.file("my.csv", "sentence1,sentance2,label\nOne.,Uno.,1\n"),
            cache_dir=str(bench.folder),
        ),
        "the data has no column 'sentence2'; its columns are sentence1, sentance2, "
        "label: rename one with rename_column",
    ),
    check(
        "no label column",
        lambda bench: sentence_pairs().remove_columns("label"),
        "the data has no column 'label'; its columns are sentence1, sentence2: rename "
        "one with rename_column",
    ),
    check(
        "a split without rows",
        lambda bench: sentence_pairs().select([]),
        "the split has no rows: check the file and the split's name",
    ),
    check(
        "an empty string",
        lambda bench: sentence_pairs(sentence1=["", "c"]),
        "row 0: 'sentence1' is '', not a text: remove the row with filter, or fill it "
        "in",
    ),
    check(
        "a missing text",
        lambda bench: sentence_pairs(sentence2=["a", None]),
        "row 1: 'sentence2' is None, not a text: remove the row with filter, or fill "
        "it in",
    ),
    *(
        check(
            f"a label {value!r}",
            lambda bench, rows=rows: sentence_pairs(label=rows),
            f"row {row}: 'label' is {value!r}, not a class from 0 to 1: map the labels "
            "to ids, or pass num_labels here and to every from_pretrained",
        )
        for row, value, rows in (
            (1, 2, [1, 2]),
            (0, -1, [-1, 0]),
            (0, "yes", ["yes", "no"]),
            (0, 0.5, [0.5, 1.0]),
            (1, None, [1, None]),
        )
    ),
    Case(
        "classification.tokenize_pairs",
        "two empty strings",
        lambda bench: classify([""], bench),
        None,
        "[[101, 102, 102]]",
    ),
    Case(
        "classification.tokenize_pairs",
        "a pair of 600 words each: its length",
        lambda bench: len(classify([LONG], bench)[0]),
        None,
        "512",
    ),
    Case(
        "classification.count_truncated",
        "one pair of 600 words each, one short pair",
        lambda bench: classification.count_truncated(
            sentence_pairs(sentence1=[LONG, "short"]), bench.minilm
        ),
        None,
        "1",
    ),
    Case(
        "AccuracyF1",
        "no predictions",
        lambda bench: score_classes([], []),
        ValueError,
        "there is nothing to score: no predictions were added",
    ),
    Case(
        "AccuracyF1",
        "a batch without rows",
        lambda bench: score_no_rows(classification.AccuracyF1()),
        ValueError,
        "there is nothing to score: no predictions were added",
    ),
    Case(
        "AccuracyF1",
        "compute without any add_batch",
        lambda bench: classification.AccuracyF1().compute(),
        ValueError,
        "Evaluation module cache file doesn't exist. Please make sure that you call "
        "`add` or `add_batch` at least once before calling `compute`.",
    ),
    Case(
        "AccuracyF1",
        "two predictions, one reference",
        lambda bench: score_classes([0, 1], [1]),
        ValueError,
        "Mismatch in the number of predictions (2) and references (1)",
    ),
    Case(
        "AccuracyF1",
        "no positive anywhere",
        lambda bench: score_classes([0, 0], [0, 0]),
        None,
        "{'accuracy': 1.0, 'f1': 0.0}",
    ),
    Case(
        "AccuracyF1",
        "a reference of a third class",
        lambda bench: score_classes([0, 1], [0, 2]),
        ValueError,
        "the classes are 0, 1, 2, but accuracy and F1 are of two, 0 and 1: map the "
        "labels to these, or for more classes take f1_score(…) of scikit-learn",
    ),
    Case(
        "AccuracyF1",
        "probabilities instead of class ids",
        lambda bench: score_classes([0.7, 0.2], [1, 0]),
        ValueError,
        "the classes are 0, 0.2, 0.7, 1, but accuracy and F1 are of two, 0 and 1: …",
    ),
    Case(
        "AccuracyF1",
        "logits instead of class ids",
        lambda bench: score_classes([[0.1, 0.9]], [1]),
        ValueError,
        "Predictions and/or references don't match the expected format.…",
    ),
    Case(
        "overlap_threshold",
        "no rows",
        lambda bench: classification.overlap_threshold(sentence_pairs().select([])),
        ValueError,
        "the split has no rows: there is no threshold to find",
    ),
    Case(
        "word_overlap",
        "two empty strings",
        lambda bench: classification.word_overlap("", ""),
        None,
        "0.0",
    ),
]


def generate(given: str, call: Callable, error: type, says: str) -> Case:
    def run(bench):
        options = {"max_new_tokens": 5} | call(bench)
        texts = options.pop("texts")
        tokenizer = options.pop("tokenizer", bench.bpe)
        return generation.generate_texts(texts, gpt2(), tokenizer, **options)

    return Case("generate_texts", given, run, error, says)


GENERATION = [
    generate(
        "one string",
        lambda bench: {"texts": "Open"},
        TypeError,
        "texts is one string: give a list, [text]",
    ),
    generate(
        "a missing text",
        lambda bench: {"texts": ["pd", None]},
        TypeError,
        "text 1 is None, not a string: leave it out",
    ),
    generate(
        "max_new_tokens=0",
        lambda bench: {"texts": ["pd"], "max_new_tokens": 0},
        ValueError,
        "max_new_tokens and batch_size must be 1 or more",
    ),
    generate(
        "batch_size=0",
        lambda bench: {"texts": ["pd"], "batch_size": 0},
        ValueError,
        "max_new_tokens and batch_size must be 1 or more",
    ),
    generate(
        "an empty prompt for a decoder",
        lambda bench: {"texts": ["pd", ""]},
        ValueError,
        "text 1 is empty: there is nothing to start from",
    ),
    generate(
        "a prompt that fills the model",
        lambda bench: {"texts": ["pd pd pd pd pd pd"], "max_new_tokens": 12},
        ValueError,
        "text 0 has … tokens, which leaves no room for 12 new ones in the model's 16: "
        "lower max_new_tokens, or set max_length to 4",
    ),
    generate(
        "max_new_tokens that do not fit the model",
        lambda bench: {"texts": ["pd"], "max_new_tokens": 50},
        ValueError,
        "text 0 has 1 tokens, which leaves no room for 50 new ones in the model's 16: "
        "lower max_new_tokens",
    ),
    generate(
        "max_length=0",
        lambda bench: {"texts": ["pd"], "max_length": 0},
        ValueError,
        "max_length is 0: give 1 or more",
    ),
    generate(
        "a tokenizer without a padding token",
        lambda bench: {"texts": ["pd"], "tokenizer": bare(bench.bpe)},
        ValueError,
        "the tokenizer has no padding token: set tokenizer.pad_token",
    ),
    generate("no texts", lambda bench: {"texts": []}, None, "[]"),
    *(
        Case(
            "find_answer",
            given,
            lambda bench, asked=asked: answer(bench, *asked),
            ValueError,
            "question and context need text, max_answer_tokens 1 or more",
        )
        for given, asked in (
            ("an empty question", ("", "Nora lives in Rome.")),
            ("a blank context", ("Where?", " ")),
            ("a context of a zero-width space", ("Where?", "\u200b")),
        )
    ),
    Case(
        "find_answer",
        "max_answer_tokens=0",
        lambda bench: answer(bench, "Where?", "In Rome.", max_answer_tokens=0),
        ValueError,
        "question and context need text, max_answer_tokens 1 or more",
    ),
    Case(
        "find_answer",
        "a question longer than the model takes",
        lambda bench: answer(bench, LONG, "In Rome."),
        ValueError,
        "question and stride leave no room: shorten one of them",
    ),
]

TRANSLATION = [
    *(
        Case(
            "translation.tokenize_pairs",
            given,
            lambda bench, pair=pair: ui_pairs(pair, bench),
            ValueError,
            f"pair 1 of the batch has {says}",
        )
        for given, pair, says in (
            (
                "a pair without its target",
                {"en": "Open"},
                "no 'fr', only en: check source_lang and target_lang",
            ),
            (
                "a pair of other languages",
                {"en": "Open", "de": "Öffnen"},
                "no 'fr', only de, en: check source_lang and target_lang",
            ),
            (
                "a blank target",
                {"en": "Open", "fr": " "},
                "an empty 'fr' side: drop such pairs first, with "
                "Dataset.filter(has_both_sides, …)",
            ),
            (
                "a missing source",
                {"en": None, "fr": "Ouvrir"},
                "an empty 'en' side: drop such pairs first, with "
                "Dataset.filter(has_both_sides, …)",
            ),
        )
    ),
    Case(
        "has_both_sides",
        "a language that the pair does not have",
        lambda bench: translation.has_both_sides(
            {"translation": {"en": "Open", "fr": "Ouvrir"}},
            source_lang="en",
            target_lang="de",
        ),
        ValueError,
        "a pair has no 'de', only en, fr: check source_lang and target_lang, or the "
        "data set's configuration",
    ),
    *(
        Case(
            "has_both_sides",
            f"the target {side!r}",
            lambda bench, side=side: translation.has_both_sides(
                {"translation": {"en": "Open", "fr": side}}, **EN_FR
            ),
            None,
            "False",
        )
        for side in ("", " ", None)
    ),
    Case(
        "translation.count_truncated",
        "a target of 600 words, max_length=128",
        lambda bench: translation.count_truncated(
            [{"en": "Open", "fr": LONG}], bench.marian, **EN_FR, max_length=128
        ),
        None,
        "{'en': 0, 'fr': 1}",
    ),
    Case(
        "translation.count_truncated",
        "a pair without its target",
        lambda bench: translation.count_truncated(
            [{"en": "Open"}], bench.marian, **EN_FR, max_length=128
        ),
        ValueError,
        "a pair has no 'fr', only en: check source_lang and target_lang, or the data "
        "set's configuration",
    ),
    *(
        Case("check_languages", given, call, ValueError, says)
        for given, call, says in (
            (
                "languages swapped",
                lambda bench: languages(bench, "fr", "en"),
                "the checkpoint translates en → fr, not fr → en: swap source_lang and "
                "target_lang, or load the other checkpoint",
            ),
            (
                "a target that the checkpoint does not know",
                lambda bench: languages(bench, "en", "xx"),
                "target_lang is 'xx', but the checkpoint translates en → fr: load a "
                "checkpoint for en → xx",
            ),
            (
                "a source that the checkpoint does not know",
                lambda bench: languages(bench, "de", "fr"),
                "source_lang is 'de', but the checkpoint translates en → fr: load a "
                "checkpoint for de → fr",
            ),
            (
                "twice the same language",
                lambda bench: languages(bench, "en", "en"),
                "source_lang and target_lang are both 'en'",
            ),
            (
                "no source language",
                lambda bench: languages(bench, "", "fr"),
                "source_lang is '', but the checkpoint translates en → fr: load a "
                "checkpoint for  → fr",
            ),
            (
                "a target that a checkpoint of several has not",
                lambda bench: languages(bench, "en", "de", several_targets()),
                "the checkpoint has no target language 'de': choose from >>es<< >>fr<<",
            ),
            (
                "a source that a checkpoint of several targets has not",
                lambda bench: languages(bench, "de", "fr", several_targets()),
                "source_lang is 'de', but the checkpoint translates en → ROMANCE: load "
                "a checkpoint for de → fr",
            ),
        )
    ),
    Case(
        "check_languages",
        "an mBART-50 tokenizer without tgt_lang",
        lambda bench: languages(bench, "en", "fr", mbart_50()),
        ValueError,
        "src_lang is 'en_XX', tgt_lang None: give from_pretrained two codes that this "
        "tokenizer has",
    ),
    Case(
        "Bleu",
        "no predictions",
        lambda bench: bleu([], []),
        ValueError,
        "there is nothing to score: no predictions were added",
    ),
    Case(
        "Bleu",
        "a batch without rows",
        lambda bench: score_no_rows(translation.Bleu()),
        ValueError,
        "Evaluation module cache file doesn't exist. Please make sure that you call "
        "`add` or `add_batch` at least once before calling `compute`.",
    ),
    Case(
        "Bleu",
        "compute without any add_batch",
        lambda bench: translation.Bleu().compute(),
        ValueError,
        "Evaluation module cache file doesn't exist. Please make sure that you call "
        "`add` or `add_batch` at least once before calling `compute`.",
    ),
    Case(
        "Bleu",
        "an empty list of references",
        lambda bench: bleu(["a"], [[]]),
        ValueError,
        "a prediction has no reference: give each at least one",
    ),
    Case(
        "Bleu",
        "one reference for the first text, two for the second",
        lambda bench: bleu(["a", "b"], [["a", "b"], ["a"]]),
        ValueError,
        "the predictions have different numbers of references: give each as many",
    ),
    Case(
        "Bleu",
        "two predictions, one reference",
        lambda bench: bleu(["a", "b"], ["a"]),
        ValueError,
        "Mismatch in the number of predictions (2) and references (1)",
    ),
    Case("Bleu", "one right word", lambda bench: bleu(["Open"], ["Open"]), None, "0.0"),
    Case(
        "Bleu",
        "identical texts",
        lambda bench: bleu(["Open the selected file"], ["Open the selected file"]),
        None,
        "100.0",
    ),
    Case(
        "Bleu",
        "an empty prediction",
        lambda bench: bleu([""], ["Open the selected file"]),
        None,
        "0.0",
    ),
    Case(
        "decode_ids",
        "logits, of a trainer without predict_with_generate",
        lambda bench: translation.decode_ids([[[0.1, 0.9]]], bench.marian),
        ValueError,
        "ids of shape (rows, length) are needed, not of (1, 1, 2): set "
        "predict_with_generate=True",
    ),
    Case(
        "decode_ids",
        "logits and hidden states, as the Trainer of an encoder-decoder gives them",
        lambda bench: translation.decode_ids(
            (np.zeros((1, 2, 3)), np.zeros((1, 4, 5))), bench.marian
        ),
        ValueError,
        "ids of shape (rows, length) are needed, not of (1, 2, 3): set "
        "predict_with_generate=True",
    ),
    Case(
        "decode_ids",
        "a row of −100 only",
        lambda bench: translation.decode_ids([[-100, -100]], bench.marian),
        None,
        "['']",
    ),
    Case(
        "load_pairs",
        "a line of one column",
        lambda bench: tsv("Close", bench),
        ValueError,
        "FOLDER/my.tsv, line 3: expected a text in 'en', a tab and a text in 'fr'; "
        "columns found: 1",
    ),
    Case(
        "load_pairs",
        "a line of three columns",
        lambda bench: tsv("Close\tFermer\tmore", bench),
        ValueError,
        "FOLDER/my.tsv, line 3: expected a text in 'en', a tab and a text in 'fr'; "
        "columns found: 3",
    ),
    Case(
        "load_pairs",
        "a line with a blank column",
        lambda bench: tsv("Close\t ", bench),
        ValueError,
        "FOLDER/my.tsv, line 3: expected a text in 'en', a tab and a text in 'fr'; "
        "columns found: 2, one of them empty",
    ),
    Case(
        "load_pairs",
        "a line that is not UTF-8",
        lambda bench: tsv(b"Close\tferm\xe9", bench),
        ValueError,
        "FOLDER/my.tsv, line 3 is not UTF-8: save the file as UTF-8",
    ),
    Case(
        "load_pairs",
        "a file of blank lines",
        lambda bench: translation.load_pairs(bench.file("my.tsv", "\n\n"), **EN_FR),
        ValueError,
        "FOLDER/my.tsv has no pairs: one pair a line, with a tab between",
    ),
    Case(
        "load_catalogues",
        "a folder without catalogues",
        lambda bench: translation.load_catalogues(str(bench.folder), **EN_FR),
        FileNotFoundError,
        "FOLDER holds no *.json catalogue",
    ),
    Case(
        "load_catalogues",
        "a file that is no JSON",
        lambda bench: catalogue("Open = Ouvrir", bench),
        ValueError,
        "FOLDER/pack/menu.json is no message catalogue in Jed's format (…): take it "
        "out of the folder",
    ),
    Case(
        "load_catalogues",
        "JSON that is no catalogue",
        lambda bench: catalogue('["Open"]', bench),
        ValueError,
        "FOLDER/pack/menu.json is no message catalogue in Jed's format (…): take it "
        "out of the folder",
    ),
    *(
        Case(
            "load_catalogues",
            f"another kind of JSON, {content}",
            lambda bench, content=content: catalogue(content, bench),
            ValueError,
            "FOLDER/pack/menu.json is no message catalogue in Jed's format (… has no "
            "list of translations): take it out of the folder",
        )
        for content in ('{"private": true}', '{"name": "companion"}')
    ),
    Case(
        "load_catalogues",
        "a string with no translation at all",
        lambda bench: catalogue('{"Open": [], "Close": ["Fermer"]}', bench).num_rows,
        None,
        "1",
    ),
]

SUMMARIZATION = [
    *(
        Case(
            "tokenize_reviews",
            f"the {column} {text!r}",
            lambda bench, column=column, text=text: review(
                bench, **{column: ["fine", text]}
            ),
            ValueError,
            f"row 1 of the batch has an empty {column}: drop such rows first, with "
            "Dataset.filter(has_summary)",
        )
        for column in ("review_body", "review_title")
        for text in ("", "  ", None)
    ),
    *(
        Case(
            "has_summary",
            given,
            lambda bench, body=body, title=title: summed_up(body, title),
            None,
            "False",
        )
        for given, body, title in (
            ("an empty title", "I read it in May.", ""),
            ("no title", "I read it in May.", None),
            ("an empty body", "", "A fine book"),
            ("no body", None, "A fine book"),
            ("a title longer than its body", "Good.", "A title longer than its body"),
            ("a title as long as its body", "A fine book", "A fine book"),
        )
    ),
    Case(
        "clean_text",
        "HTML, an entity and an emoji",
        lambda bench: summarization.clean_text("Loved it!<br />Twice &amp; again 👍"),
        None,
        "'Loved it! Twice & again 👍'",
    ),
    Case(
        "clean_text",
        "no text",
        lambda bench: summarization.clean_text(None),
        None,
        "''",
    ),
    Case(
        "tokenize_reviews",
        "a body of 5,000 words: its length",
        lambda bench: len(
            review(bench, review_body=["word " * 5000, "Short."])["input_ids"][0]
        ),
        None,
        "512",
    ),
    Case(
        "summarization.count_truncated",
        "a body of 5,000 words, a short one and none",
        lambda bench: summarization.count_truncated(
            ["word " * 5000, "two words", ""], bench.mt5, max_length=512
        ),
        None,
        "1",
    ),
    Case(
        "load_reviews",
        "a language that the data has not",
        lambda bench: summarization.load_reviews(offline.stand_in("reviews"), "zh"),
        ValueError,
        "BuilderConfig 'zh' not found. Available: ['en', 'es']",
    ),
    Case(
        "load_sentence_splitter",
        "a third language",
        lambda bench: summarization.load_sentence_splitter("zh", ["我喜欢读书。"]),
        ValueError,
        "no sentence splitter for the language 'zh', only for 'en', 'es': keep the "
        "rows of these, or add the language to helpers.summarization.ABBREVIATIONS",
    ),
    Case(
        "load_sentence_splitter",
        "no texts",
        lambda bench: summarization.load_sentence_splitter("en", []),
        ValueError,
        "there is no 'en' text to learn sentence ends from",
    ),
    Case(
        "split_sentences",
        "an empty text",
        lambda bench: summarization.split_sentences("", bench.splitters["en"]),
        None,
        "[]",
    ),
    Case(
        "lead_sentences",
        "an empty text",
        lambda bench: summarization.lead_sentences("", bench.splitters["en"]),
        None,
        "''",
    ),
    Case(
        "split_words",
        "punctuation and emoji only, one with an invisible mark",
        lambda bench: summarization.split_words("👍 … ! \u2764\ufe0f"),
        None,
        "[]",
    ),
    *(
        Case(
            "Rouge",
            given,
            lambda bench, texts=texts: rouge1(*texts),
            None,
            "0.0",
        )
        for given, texts in (
            ("an empty prediction", ([""], ["a title"])),
            ("an empty reference", (["a title"], [""])),
            ("two empty texts", ([""], [""])),
        )
    ),
    Case(
        "Rouge",
        "no predictions",
        lambda bench: rouge1([], []),
        ValueError,
        "there is nothing to score: no predictions were added",
    ),
    Case(
        "Rouge",
        "a batch without rows",
        lambda bench: score_no_rows(summarization.Rouge()),
        ValueError,
        "there is nothing to score: no predictions were added",
    ),
    Case(
        "Rouge",
        "compute without any add_batch",
        lambda bench: summarization.Rouge().compute(),
        ValueError,
        "Evaluation module cache file doesn't exist. Please make sure that you call "
        "`add` or `add_batch` at least once before calling `compute`.",
    ),
    Case(
        "Rouge",
        "two predictions, one reference",
        lambda bench: rouge1(["a", "b"], ["a"]),
        ValueError,
        "Mismatch in the number of predictions (2) and references (1)",
    ),
    *(
        Case(
            "rouge_by_language",
            given,
            lambda bench, lists=lists: summarization.rouge_by_language(
                *lists, bench.splitters
            ),
            ValueError,
            says,
        )
        for given, lists, says in (
            (
                "reviews in a third language",
                (["a"], ["a"], ["zh"]),
                "there are reviews in zh, but sentence splitters for en only: drop "
                "these rows, or add a splitter",
            ),
            (
                "lists of unequal length",
                (["a", "b"], ["a"], ["en"]),
                "2 predictions, 1 references and 1 languages: give one of each for "
                "every review",
            ),
            (
                "no reviews",
                ([], [], []),
                "there is nothing to score: no predictions were added",
            ),
        )
    ),
]

CAUSAL_LM = [
    *(
        Case(
            "drop_reason",
            given,
            lambda bench, content=content: causal_lm.drop_reason(content, ["pandas"]),
            None,
            repr(says),
        )
        for given, content, says in (
            ("no content", None, "not text"),
            ("bytes", b"import pandas", "not text"),
            ("a file that was not UTF-8", "import pandas  # caf\ufffd", "not text"),
            ("a null byte", "import pandas\0", "not text"),
            ("an empty file", "", "empty"),
            ("a file of blank lines", " \n\t\n", "empty"),
            ("a file without a keyword", "import numpy as np\n", "no keyword"),
            ("one line of 2 MB", "import pandas; x = " + "1 + " * 500_000, "long line"),
            ("a minified file", ("import pandas;" * 20 + "\n") * 9, "minified"),
        )
    ),
    Case(
        "filter_stream",
        "a corpus with no match",
        lambda bench: filtered(bench, [{"content": "import os"}] * 30),
        ValueError,
        "none of 30 rows kept: check the keywords",
    ),
    Case(
        "filter_stream",
        "a shuffled stream, which cannot be continued",
        lambda bench: filtered_stream(bench, PANDAS.to_iterable_dataset().shuffle(1)),
        ValueError,
        "a shuffled stream cannot go on where it stopped: filter it as it is, and "
        "shuffle what was kept",
    ),
    Case(
        "filter_stream",
        "a data set that is not streamed",
        lambda bench: filtered_stream(bench, PANDAS),
        TypeError,
        "this data set is not streamed: load it with streaming=True, or call its "
        "to_iterable_dataset()",
    ),
    Case(
        "filter_stream",
        "the folder of another filter",
        filtered_twice,
        ValueError,
        "FOLDER holds the shards of 'pandas', not of 'seaborn': give another folder, "
        "or delete this one",
    ),
    Case(
        "filter_stream",
        "a damaged progress.json",
        lambda bench: filtered(
            bench, [{"content": bench.file("progress.json", '{"name": "pan')}]
        ),
        ValueError,
        "FOLDER/progress.json is damaged: delete FOLDER and filter again",
    ),
    *(
        Case(
            "filter_stream",
            f"a progress.json that holds {content}",
            lambda bench, content=content: filtered(
                bench, [{"content": bench.file("progress.json", content)}]
            ),
            ValueError,
            "FOLDER/progress.json is damaged: delete FOLDER and filter again",
        )
        for content in ("[]", "{}", "null", '{"name": "pandas"}')
    ),
    Case(
        "train_tokenizer",
        "one string",
        lambda bench: causal_lm.train_tokenizer("import pandas", vocab_size=1000),
        TypeError,
        "texts is one string: give a list, [text]",
    ),
    Case(
        "train_tokenizer",
        "no texts: the size of the vocabulary, all bytes and two tokens",
        lambda bench: len(causal_lm.train_tokenizer([], vocab_size=1000)),
        None,
        "258",
    ),
    Case(
        "chunk_texts",
        "documents shorter than the context",
        lambda bench: rows_of("chunk_texts", ["pd.DataFrame(x)\n"] * 40, bench),
        None,
        "'0 rows'",
    ),
    Case(
        "pack_texts",
        "documents shorter than the context",
        lambda bench: rows_of("pack_texts", ["pd"] * 16, bench),
        None,
        "'2 rows'",
    ),
    *(
        Case(
            function,
            given,
            lambda bench, function=function, texts=texts: rows_of(
                function, texts, bench
            ),
            None,
            "'0 rows'",
        )
        for function in ("chunk_texts", "pack_texts")
        for given, texts in (("an empty document", [""]),)
    ),
    *(
        Case(
            function,
            "context_length=0",
            lambda bench, function=function: rows_of(
                function, ["import pandas"], bench, context_length=0
            ),
            ValueError,
            "context_length is 0: give 1 or more",
        )
        for function in ("chunk_texts", "pack_texts")
    ),
    Case(
        "pack_texts",
        "a vocabulary without an end-of-text token",
        lambda bench: causal_lm.pack_texts(
            {"content": ["pd"]}, bare(bench.bpe), context_length=4
        ),
        ValueError,
        "the tokenizer has no end-of-text token to put between documents: set "
        "tokenizer.eos_token",
    ),
    Case(
        "find_key_tokens",
        "one keyword that splits",
        lambda bench: causal_lm.find_key_tokens(["pd", "testtest"], bench.bpe)[1],
        None,
        "['testtest']",
    ),
    Case(
        "find_key_tokens",
        "only keywords that split",
        lambda bench: causal_lm.find_key_tokens(["testtest"], bench.bpe),
        ValueError,
        "none of ['testtest'] is a single token of this tokenizer: choose keywords "
        "from its vocabulary",
    ),
    Case(
        "find_key_tokens",
        "a keyword that the tokenizer reads as its unknown token",
        lambda bench: causal_lm.find_key_tokens(["pd", "plt"], words_tokenizer()),
        None,
        "([1], ['plt'])",
    ),
    Case(
        "keytoken_loss",
        "labels that are all −100",
        lambda bench: key_loss([[-100] * 4] * 2),
        None,
        "0.0",
    ),
    Case(
        "evaluate_loss",
        "a row that is padded on the left",
        lambda bench: mean_loss([[0, 0, 4, 5], [6, 7, 8, 9]], pad_token_id=0),
        ValueError,
        "rows are padded on the left: pad them on the right",
    ),
    *(
        Case(
            "evaluate_loss",
            given,
            lambda bench, rows=rows: mean_loss(rows),
            ValueError,
            "the evaluation set has no token to predict: give it rows",
        )
        for given, rows in (("no rows", []), ("rows of one token", [[4], [5]]))
    ),
    Case(
        "perplexity",
        "a loss of 1,000",
        lambda bench: causal_lm.perplexity(1000.0),
        None,
        "inf",
    ),
    Case(
        "existing_share",
        "no completions",
        lambda bench: causal_lm.existing_share([], types),
        ValueError,
        "existing_share needs at least one completion",
    ),
]

# One text, or one row, where several are wanted: each letter would pass for a text.
ONE = [
    Case(where, given, call, TypeError, says)
    for where, given, call, says in (
        (
            "mentions_any",
            "one string as keywords",
            lambda bench: causal_lm.mentions_any("import numpy", "pandas"),
            "keywords is one string: give a list, [keyword]",
        ),
        (
            "drop_reason",
            "one string as keywords",
            lambda bench: causal_lm.drop_reason("import numpy", "pandas"),
            "keywords is one string: give a list, [keyword]",
        ),
        (
            "find_key_tokens",
            "one string as keywords",
            lambda bench: causal_lm.find_key_tokens("plt", bench.bpe),
            "keywords is one string: give a list, [keyword]",
        ),
        (
            "existing_share",
            "one string as completions",
            lambda bench: causal_lm.existing_share("path", os),
            "completions is one string: give a list, [completion]",
        ),
        (
            "summarization.count_truncated",
            "one string as texts",
            lambda bench: summarization.count_truncated("ab", bench.mt5, max_length=1),
            "texts is one string: give a list, [text]",
        ),
        (
            "load_sentence_splitter",
            "one string as texts",
            lambda bench: summarization.load_sentence_splitter("en", "One. Two."),
            "texts is one string: give a list, [text]",
        ),
        *(
            (
                function.__name__,
                "one row instead of a batch",
                lambda bench, function=function: function(
                    {"content": "import os"}, bench.bpe, context_length=2
                ),
                "this is one row: say batched=True to Dataset.map",
            )
            for function in (causal_lm.chunk_texts, causal_lm.pack_texts)
        ),
        (
            "translation.tokenize_pairs",
            "one row instead of a batch",
            lambda bench: translation.tokenize_pairs(
                {"translation": {"en": "Open", "fr": "Ouvrir"}},
                bench.marian,
                source_lang="en",
                target_lang="fr",
                max_length=8,
            ),
            "this is one row: say batched=True to Dataset.map",
        ),
        (
            "tokenize_reviews",
            "one row instead of a batch",
            lambda bench: summarization.tokenize_reviews(
                {"review_body": "I read it.", "review_title": "Read it"}, bench.mt5
            ),
            "this is one row: say batched=True to Dataset.map",
        ),
    )
]
ONE += [
    Case(
        "classification.tokenize_pairs",
        "one string as columns",
        lambda bench: classification.tokenize_pairs(
            {"text": ["."]}, bench.minilm, columns="text"
        )["input_ids"],
        None,
        "[[101, 1012, 102]]",
    ),
    Case(
        "summarization.count_truncated",
        "no texts",
        lambda bench: summarization.count_truncated([], bench.mt5, max_length=1),
        None,
        "0",
    ),
    Case(
        "classification.count_truncated",
        "a split without rows",
        lambda bench: classification.count_truncated(
            Dataset.from_dict({"sentence1": [], "sentence2": []}), bench.minilm
        ),
        None,
        "0",
    ),
    Case(
        "decode_ids",
        "no rows",
        lambda bench: translation.decode_ids(np.zeros((0, 3), int), bench.marian),
        None,
        "[]",
    ),
    Case(
        "decode_ids",
        "a tuple of rows",
        lambda bench: translation.decode_ids(((0, 0), (0, 0)), bench.marian),
        None,
        "['', '']",
    ),
    Case(
        "require_repositories",
        "a mistyped path",
        lambda bench: runtime.require_repositories(model="./outputs/modle"),
        RuntimeError,
        "'./outputs/modle' is no folder here, and no name that the Hub could have: "
        "check the path",
    ),
]

CASES = [
    *SETTINGS,
    *RUNNER,
    *CLASSIFICATION,
    *GENERATION,
    *TRANSLATION,
    *SUMMARIZATION,
    *CAUSAL_LM,
    *ONE,
]
