"""Chapters as scripts: one profile's branch, and the same numbers on two processes."""

import ast
import functools
import json
import os
import re
import subprocess
import sys

import nbformat
import pytest
from pyflakes import api, reporter

from tools import export
from tools.notebooks import (
    NOTEBOOKS,
    ROOT,
    NotebookError,
    code_cells,
    names,
    training_names,
)


@pytest.mark.parametrize("profile", ["tiny", "sample", "full"])
@pytest.mark.parametrize("name", names())
def test_every_chapter_is_a_script(name, profile, tmp_path):
    source = export.export(name, profile)
    tree = ast.parse(source)
    path = tmp_path / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    with open(tmp_path / "messages", "w+", encoding="utf-8") as messages:
        api.checkPath(str(path), reporter.Reporter(messages, messages))
        messages.seek(0)
        found = messages.read()
    assert not re.search("undefined name|imported but unused", found), found
    assert not re.search(
        r"^\s*[%!]|get_ipython|IPython|plt\.(show|subplots)", source, re.M
    )
    assert "Set-up" not in source and "profile" not in names_of(tree)
    # One branch: the stand-ins in the tiny profile, and only there.
    assert ("stand_in(" in source) == (profile == "tiny")


def names_of(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


CHOICES = """\
check(profile)
if profile == "tiny":
    # small
    x = 1
elif profile == "sample":  # middling
    x = 2
else:
    x = 3
if profile != "tiny":
    y = {"a": "é", "b": 4 if profile == "full" else 5}
if profile == "tiny":
    z = 6
elif ready:
    z = 7
"""


def test_the_branch_of_the_profile_is_taken():
    tiny = export.choose(CHOICES, "tiny")
    assert tiny.startswith('check("tiny")\nx = 1\nz = 6')
    sample = export.choose(CHOICES, "sample")
    assert sample.startswith('check("sample")\nx = 2\ny = {"a": "é", "b": 5}\n')
    assert sample.endswith("if ready:\n    z = 7")
    full = export.choose(CHOICES, "full")
    assert full.startswith('check("full")\nx = 3\ny = {"a": "é", "b": 4}\n')


def test_a_drawing_cell_leaves_what_others_need():
    cell = "fig, ax = plt.subplots()\na = f(1)\nb = a + 1\nc = 2\nax.plot(b)\n"
    assert export.without_drawing(cell, {"b"}) == "a = f(1)\nb = a + 1"


def test_the_main_process_alone_deletes():
    """Another could delete what the main process has begun to write."""
    cell = "with lock(d):\n    if not resume:\n        shutil.rmtree(d)\n    f(d)"
    script = export.Script("tiny", {}, trains=True)
    script.add_code(cell, shows=False, needed=set())
    changed = """\
with lock(d):
    if not resume:
        if state.is_main_process:
            shutil.rmtree(d)
    f(d)"""
    assert script.lines == [changed, ""]
    script = export.Script("tiny", {}, trains=False)
    script.add_code(cell, shows=False, needed=set())
    assert script.lines == [cell, ""]


def test_cells_that_show_something_print_it(tmp_path):
    notebook = nbformat.read(NOTEBOOKS / "ch3_finetune_mrpc.ipynb", as_version=4)
    shown = [
        cell
        for cell in code_cells(notebook)
        if any(out.output_type == "execute_result" for out in cell.outputs)
    ]
    assert len(shown) > 5
    source = export.export("ch3")
    assert "print(raw_datasets)\n" in source
    assert "notebook_launcher" not in source and "    run(*arguments)\n" in source


def test_settings_are_written_and_unknown_ones_refused(tmp_path, capsys):
    path = tmp_path / "script.py"
    arguments = ["ch7_translation", "--profile", "full", "--out", str(path)]
    assert export.main([*arguments, "--set", "seed=7"]) == 0
    assert "\nseed = 7\n" in path.read_text("utf-8")
    assert "\n    python script.py\n" in path.read_text("utf-8")
    assert export.main([*arguments, "--set", "sead=7"]) == 2
    assert "did you mean 'seed'?" in capsys.readouterr().err
    with pytest.raises(NotebookError, match="no notebook called"):
        export.export("ch9")


# Put before the scripts: how often a process computes what `Dataset.map` maps.
COUNTING = """
import functools
import json
from pathlib import Path
import datasets
mapped, map_single = [], datasets.Dataset._map_single
@functools.wraps(map_single)
def counted(*arguments, **options):
    mapped.append(1)
    return map_single(*arguments, **options)
datasets.Dataset._map_single = staticmethod(counted)
"""

# Appended to the scripts: the weights that Trainer ends with.
TRAINED = """
trained = [each.detach().double().sum().item() for each in trainer.model.parameters()]
"""

# Appended as well: what the chapter's own evaluation gives for a model that no
# training has touched, with each batch of predictions written down.
EVIDENCE = {
    "ch3_finetune_mrpc": """
from accelerate import Accelerator
seen = []
class Recording(AccuracyF1):
    def add_batch(self, *, predictions, references):
        "Adds a batch."
        seen.extend(predictions.tolist())
        return super().add_batch(predictions=predictions, references=references)
import helpers.classification
helpers.classification.AccuracyF1 = Recording
set_seed(seed)
model = AutoModelForSequenceClassification.from_pretrained(checkpoint, num_labels=2)
accelerator = Accelerator()
prepared = accelerator.prepare(
    model, DataLoader(columns["validation"], 4, collate_fn=data_collator)
)
scores = evaluate_classifier(*prepared, accelerator)
""",
    "ch7_translation": """
from accelerate import Accelerator
from torch.utils.data import DataLoader
seen = []
import helpers.translation
class Recording(Bleu):
    def add_batch(self, *, predictions, references):
        "Adds a batch."
        seen.extend(predictions)
        return super().add_batch(predictions=predictions, references=references)
helpers.translation.Bleu = Recording
model = AutoModelForSeq2SeqLM.from_pretrained(checkpoint)
collate = DataCollatorForSeq2Seq(tokenizer, model=model)
accelerator = Accelerator()
prepared = accelerator.prepare(
    model, DataLoader(tokenized_datasets["validation"], 4, collate_fn=collate)
)
limits = {"max_new_tokens": max_length, "num_beams": num_beams}
scores = evaluate_translations(*prepared, accelerator, tokenizer, **limits)
""",
    "ch7_summarization": """
from accelerate import Accelerator
from torch.utils.data import DataLoader
seen = []
import helpers.summarization
def recording(summaries, *others):
    seen.extend(summaries)
    return rouge_by_language(summaries, *others)
helpers.summarization.rouge_by_language = recording
model = AutoModelForSeq2SeqLM.from_pretrained(checkpoint, dtype=torch.float32)
collate = DataCollatorForSeq2Seq(tokenizer, model=model)
# `rouge` leaves out the rows that processes repeat: Trainer can be compared too.
trainer.model.load_state_dict(model.state_dict())
scores = trainer.evaluate()
scores = [scores[f"eval_{name}"] for name in ("rouge1", "rouge1_en", "gen_len")]
accelerator = Accelerator()
model, dataloader = accelerator.prepare(
    model, DataLoader(tokenized_datasets["validation"], 4, collate_fn=collate)
)
by_language = evaluate_loop(model, dataloader=dataloader, accelerator=accelerator)
scores += [score for types in by_language.values() for score in types.values()]
""",
    "ch7_clm_codeparrot": """
seen = []
class Recording(Accelerator):
    def gather_for_metrics(self, tensors):
        gathered = super().gather_for_metrics(tensors)
        seen.extend(gathered[0].tolist())
        return gathered
accelerator = Recording()
rows = tokenized_datasets["valid"].select(range(21))
prepared = accelerator.prepare(untrained, loader(rows, 4))
scores = [evaluate_loss(*prepared, accelerator)]
""",
}
EVIDENCE_END = """
untrained = {untrained}
path = Path(output_dir, f"evidence_{{state.process_index}}.json")
evidence = {{"processes": state.num_processes, "untrained": untrained}}
evidence |= {{"trained": trained, "mapped": len(mapped)}}
evidence["result"] = json.loads(Path(output_dir, "results.json").read_text("utf-8"))
path.write_text(json.dumps(evidence | {{"seen": seen, "scores": scores}}))
"""
# `Seq2SeqTrainer` gathers with `gather`, which keeps the rows that even batches repeat:
# on several processes only the loop of chapter 7.4 scores each row once.
UNTRAINED = {
    "ch3_finetune_mrpc": '[untrained["eval_accuracy"], untrained["eval_f1"]]',
    "ch7_translation": "[accelerate_scores[0]]",
    "ch7_summarization": 'list(results["before fine-tuning"]["all"].values())',
    "ch7_clm_codeparrot": "[untrained_loss]",
}
# More where fewer rows give no batch for a process, or no key token.
ROWS = {"ch7_clm_codeparrot": {"max_train_samples": 400, "max_eval_samples": 60}}
LAUNCHERS = {
    "python": [],
    "torchrun": [
        *("torch.distributed.run", "--local_addr", "127.0.0.1"),
        *("--nproc_per_node", "2"),
    ],
    "accelerate": ["accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"],
}


def with_small_batches(source: str) -> str:
    """The script with every batch size that it sets made 4, so that there are steps."""
    sizes = [
        value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Tuple)
        and isinstance(node.value, ast.Tuple)
        for target, value in zip(node.targets[0].elts, node.value.elts, strict=True)
        if getattr(target, "id", "").endswith("batch_size")
    ]
    assert sizes
    for size in reversed(sizes):
        source = export._replace(source, size, "4")
    return source


def run_script(name: str, folder, launcher: str) -> tuple[list[dict], str]:
    """Runs a chapter's script on few rows; what each process found, and the output."""
    outputs = folder / launcher
    settings = {"max_train_samples": 48, "max_eval_samples": 21} | ROWS.get(name, {})
    settings |= {"num_train_epochs": 1, "output_dir": str(outputs)}
    source = with_small_batches(export.export(name, "tiny", settings))
    end = EVIDENCE_END.format(untrained=UNTRAINED[name])
    script = folder / f"{name}_{launcher}.py"
    parts = (COUNTING, source, TRAINED, EVIDENCE[name], end)
    script.write_text("".join(parts), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    environment["CUDA_VISIBLE_DEVICES"] = ""
    environment["PYTHONIOENCODING"] = "cp1252"  # as into a file on Windows
    environment["HF_DATASETS_CACHE"] = str(outputs / "cache")
    command = ["-m", *LAUNCHERS[launcher]] if LAUNCHERS[launcher] else []
    if launcher == "accelerate":
        command += ["--main_process_port", "0"]  # any that is free
    done = subprocess.run(
        [sys.executable, *command, str(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=1500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = sorted(outputs.glob("evidence_*.json"))
    return [json.loads(path.read_text("utf-8")) for path in found], done.stdout


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What a chapter's script finds and prints in one process; run once each."""

    @functools.cache
    def run(name: str):
        [evidence], printed = run_script(name, tmp_path_factory.mktemp(name), "python")
        return evidence, printed

    return run


def test_a_script_runs_to_its_end(alone):
    evidence, printed = alone("ch3_finetune_mrpc")
    assert len(evidence["seen"]) == 21
    result = evidence["result"]
    assert f"{result['value']:.1f} against {result['baseline']:.1f}" in printed


@pytest.mark.skipif(sys.platform == "win32", reason="PyTorch's launcher needs libuv")
@pytest.mark.parametrize(
    ("name", "launcher"),
    [
        ("ch3_finetune_mrpc", "accelerate"),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in [
                ("ch3_finetune_mrpc", "torchrun"),
                ("ch7_translation", "accelerate"),
                ("ch7_summarization", "accelerate"),
                ("ch7_clm_codeparrot", "accelerate"),
            ]
        ),
    ],
)
def test_two_processes_measure_what_one_does(name, launcher, alone, tmp_path):
    one, _ = alone(name)
    both, printed = run_script(name, tmp_path, launcher)
    assert [each["processes"] for each in both] == [2, 2]
    # Chapter 7.5's scores and 7.6's losses are sums whose order the processes change.
    summed = name in ("ch7_summarization", "ch7_clm_codeparrot")
    close = functools.partial(pytest.approx, abs=None if summed else 1e-9)
    assert both[0]["untrained"] == close(one["untrained"])
    for each in both:  # 21 rows: neither 2 processes nor batches of 4 divide them
        assert len(each["seen"]) == 21
        seen = sorted(one["seen"])
        assert sorted(each["seen"]) == (pytest.approx(seen) if summed else seen)
        assert each["scores"] == close(one["scores"])
    assert printed.count("device cpu") == 1  # only the main process prints
    main, other = both
    assert main["mapped"] > 0 == other["mapped"]  # data are prepared once
    assert main["trained"] == other["trained"]  # and one model is trained, not two


def test_the_command_in_a_script_is_the_one_that_is_tested():
    words = export.export("ch3").partition('"""\n\nimport')[0].split()
    launch = words[words.index("accelerate") :]
    assert launch[2:5] == LAUNCHERS["accelerate"][1:]


@pytest.mark.parametrize("name", training_names())
def test_processes_wait_for_what_another_writes(name):
    """Once for the model of `Trainer`, once for that of the loop."""
    assert export.export(name).count(export.BARRIER) == 2
