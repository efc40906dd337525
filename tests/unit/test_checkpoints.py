"""Checkpoints: complete ones are found, the others are named and left alone."""

import errno
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from transformers import Trainer, TrainingArguments

from helpers.checkpoints import (
    CompleteCheckpoints,
    damage,
    exclusive,
    load_checkpoint,
    newest_complete,
    save_checkpoint,
)

ROOT = Path(__file__).parents[2]


class Schedule:
    """As much of a scheduler as saving asks for."""

    def __init__(self, last_epoch):
        self.last_epoch = last_epoch

    def state_dict(self):
        return {"last_epoch": self.last_epoch}

    def load_state_dict(self, state):
        self.last_epoch = state["last_epoch"]


@pytest.fixture
def accelerator():
    accelerator = Accelerator(cpu=True)
    model = torch.nn.Linear(3, 2)
    accelerator.prepare(model, torch.optim.AdamW(model.parameters()))
    return accelerator


def save(accelerator, folder, step, **options):
    progress = {"losses": [torch.tensor(0.1), 0.3], "step": step}
    save_checkpoint(accelerator, str(folder), Schedule(step), progress, **options)
    return Path(folder, f"checkpoint-{step}")


def test_what_was_saved_comes_back(accelerator, tmp_path):
    assert load_checkpoint(accelerator, str(tmp_path), Schedule(0)) == {}
    folder = save(accelerator, tmp_path, 3)
    weights = accelerator._models[0].weight.detach().clone()
    numbers = torch.rand(5)
    torch.nn.init.zeros_(accelerator._models[0].weight)
    schedule = Schedule(0)
    progress = load_checkpoint(accelerator, str(tmp_path), schedule)
    assert torch.equal(torch.rand(5), numbers)
    assert torch.equal(accelerator._models[0].weight, weights)
    assert schedule.last_epoch == 3
    assert progress == {"losses": [float(torch.tensor(0.1)), 0.3], "step": 3}
    assert newest_complete(str(tmp_path)) == str(folder)
    assert not list(tmp_path.glob("_partial/*"))
    names = {path.name for path in folder.iterdir()}
    assert "model.safetensors" in names
    assert not [name for name in names if name.startswith("custom")]  # a pickle


def test_only_the_newest_are_kept(accelerator, tmp_path):
    for step in (1, 2, 3, 4):
        save(accelerator, tmp_path, step, keep=2)
    kept = sorted(path.name for path in tmp_path.glob("checkpoint-*"))
    assert kept == ["checkpoint-3", "checkpoint-4"]


def test_newest_is_what_was_saved_last_not_the_highest_number(accelerator, tmp_path):
    save(accelerator, tmp_path, 9)  # an earlier run in the same folder
    again = save(accelerator, tmp_path, 1)
    assert newest_complete(str(tmp_path)) == str(again)


def test_saving_the_same_step_again_replaces_it(accelerator, tmp_path):
    folder = save(accelerator, tmp_path, 1)
    before = json.loads((folder / "manifest.json").read_text())["saved"]
    save(accelerator, tmp_path, 1)
    assert json.loads((folder / "manifest.json").read_text())["saved"] > before
    assert not list(tmp_path.glob("_replaced/*"))


def first_file(folder):
    return folder / "model.safetensors"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda f: os.truncate(first_file(f), 10), "has 10 bytes instead of"),
        (lambda f: first_file(f).unlink(), "cannot be read"),
        (
            lambda f: first_file(f).write_bytes(first_file(f).read_bytes()[::-1]),
            "has changed since it was saved",
        ),
        (lambda f: (f / "manifest.json").unlink(), "saving it was interrupted"),
        (lambda f: (f / "manifest.json").write_text("{"), "cannot be read"),
        (lambda f: (f / "manifest.json").write_text("[]"), "cannot be read"),
        (lambda f: (f / "manifest.json").write_text('{"files": {}}'), "cannot be read"),
    ],
)
def test_a_damaged_one_is_named_passed_over_and_left(accelerator, tmp_path, harm, said):
    good, bad = save(accelerator, tmp_path, 1), save(accelerator, tmp_path, 2)
    harm(bad)
    with pytest.warns(UserWarning, match="passed over .*checkpoint-2: ") as caught:
        assert newest_complete(str(tmp_path)) == str(good)
    assert said in str(caught[0].message)
    assert bad.is_dir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        save(accelerator, tmp_path, 2)
    assert damage(bad) is None
    (aside,) = tmp_path.glob("_replaced/checkpoint-2.*")
    assert aside.is_dir()


def test_complete_but_not_yet_renamed_counts(accelerator, tmp_path):
    folder = save(accelerator, tmp_path, 1)
    (tmp_path / "_partial").mkdir(exist_ok=True)
    waiting = tmp_path / "_partial" / "checkpoint-2"
    save(accelerator, tmp_path, 2).rename(waiting)
    assert newest_complete(str(tmp_path)) == str(waiting)
    save(accelerator, tmp_path, 3, keep=3)
    assert (tmp_path / "checkpoint-2").is_dir()  # its renaming was made up for
    assert folder.is_dir()


def test_a_full_disk_leaves_the_last_one_and_says_so(
    accelerator, tmp_path, monkeypatch
):
    good = save(accelerator, tmp_path, 1)

    def full(folder):
        Path(folder, "model.safetensors").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(accelerator, "save_state", full)
    with pytest.raises(OSError, match="No space left.*MB free.*make room") as error:
        save(accelerator, tmp_path, 2)
    assert f"the newest complete one is {good}" in str(error.value)
    with pytest.warns(UserWarning, match="_partial/checkpoint-2: it has no manifest"):
        assert newest_complete(str(tmp_path)) == str(good)


def test_a_full_disk_at_the_first_save_says_that_there_is_none(
    accelerator, tmp_path, monkeypatch
):
    def full(folder):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(accelerator, "save_state", full)
    with pytest.raises(OSError, match="there is none yet: make room"):
        save(accelerator, tmp_path / "new", 2)


HOLD = """
import sys, time
from helpers.checkpoints import exclusive
with exclusive(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_run_refuses_until_the_first_is_dead(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert first.stdout.readline() == b"held\n"
        with (
            pytest.raises(RuntimeError, match="another run is training in"),
            exclusive(str(tmp_path)),
        ):
            pytest.fail("two runs in one folder")
    finally:
        first.kill()
        first.wait()
    with exclusive(str(tmp_path)):  # no lock outlives its process
        pass
    with exclusive(str(tmp_path)):
        pass


def test_exclusive_in_one_process_twice(tmp_path):
    with (
        exclusive(str(tmp_path)),
        pytest.raises(RuntimeError, match="another run"),
        exclusive(str(tmp_path)),
    ):
        pytest.fail("two runs in one folder")


def test_other_processes_of_a_distributed_run_pass(tmp_path, monkeypatch):
    with exclusive(str(tmp_path)):
        monkeypatch.setenv("RANK", "1")
        with exclusive(str(tmp_path)):
            pass


def test_the_trainer_refuses_what_it_cannot_keep(tmp_path):
    class CheckedTrainer(CompleteCheckpoints, Trainer):
        pass

    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        report_to="none",
    )
    with pytest.raises(ValueError, match="load_best_model_at_end=False"):
        CheckedTrainer(torch.nn.Linear(1, 1), arguments, eval_dataset=[1])
