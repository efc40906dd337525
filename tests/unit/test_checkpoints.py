"""Checkpoints: complete ones are found, the others are named and left alone."""

import errno
import itertools
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from torch.optim.lr_scheduler import MultiStepLR
from torch.utils.data import DataLoader
from transformers import Trainer, TrainingArguments

from helpers.checkpoints import (
    CompleteCheckpoints,
    damage,
    exclusive,
    load_checkpoint,
    newest_complete,
    rest_of_epoch,
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


class CheckedTrainer(CompleteCheckpoints, Trainer):
    """As the notebooks make theirs."""


@pytest.fixture
def accelerator():
    accelerator = Accelerator(cpu=True)
    model = torch.nn.Linear(3, 2)
    accelerator.prepare(model, torch.optim.AdamW(model.parameters()))
    return accelerator


class Line(torch.nn.Module):
    """A model with a loss, as small as they get."""

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(1, 1)

    def forward(self, x, labels):
        guess = self.linear(x)
        return {"loss": torch.nn.functional.mse_loss(guess, labels), "logits": guess}


def line_trainer(trainer_class, folder, **options):
    """Three epochs of two steps, scored and saved after each."""
    rows = [{"x": [float(i)], "labels": [2.0 * i]} for i in range(4)]
    given = {"eval_strategy": "epoch", "save_strategy": "epoch", "num_train_epochs": 3}
    given |= {"per_device_train_batch_size": 2, "report_to": "none", "use_cpu": True}
    arguments = TrainingArguments(str(folder), **given | options)
    return trainer_class(Line(), arguments, train_dataset=rows, eval_dataset=rows)


@pytest.fixture
def trainer(tmp_path):
    arguments = TrainingArguments(str(tmp_path), report_to="none")
    return CheckedTrainer(torch.nn.Linear(1, 1), arguments)


def save(accelerator, folder, step, progress=None, **options):
    if progress is None:
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


def scaler(scale):
    """What fp16 trains with, on a GPU only; other precisions have none."""
    return scale and torch.amp.GradScaler("cpu", init_scale=scale)


@pytest.mark.parametrize("then, now", [(8.0, None), (None, 4.0), (8.0, 4.0)])
def test_a_loop_goes_on_in_another_precision(accelerator, tmp_path, then, now):
    accelerator.scaler = scaler(then)
    save(accelerator, tmp_path, 3)
    accelerator.scaler = scaler(now)
    assert load_checkpoint(accelerator, str(tmp_path), Schedule(0))["step"] == 3
    after = accelerator.scaler and accelerator.scaler.get_scale()
    assert after == (now and (then or now))


@pytest.mark.parametrize("then, now", [(8.0, None), (None, 4.0), (8.0, 4.0)])
def test_a_trainer_goes_on_in_another_precision(tmp_path, then, now):
    for scale, epochs, folder in ((then, 1, None), (now, 2, True)):
        trainer = line_trainer(CheckedTrainer, tmp_path, num_train_epochs=epochs)
        trainer.accelerator.scaler = scaler(scale)
        trainer.train(folder)
    assert trainer.state.global_step == 4
    after = trainer.accelerator.scaler and trainer.accelerator.scaler.get_scale()
    assert after == (now and (then or now))


def test_keys_that_json_would_change_are_refused(accelerator, tmp_path):
    milestones = MultiStepLR(accelerator._optimizers[0].optimizer, [6, 8])
    for schedule, progress, key in (
        (milestones, {}, 6),
        (Schedule(1), {"scores": [{1: 0.5}]}, 1),
    ):
        says = f"the key {key} would come back as a string"
        with pytest.raises(TypeError, match=says):
            save_checkpoint(accelerator, str(tmp_path), schedule, progress)
    assert newest_complete(str(tmp_path)) is None


def test_a_prepared_scheduler_is_refused(accelerator, tmp_path):
    schedule = accelerator.prepare(MultiStepLR(accelerator._optimizers[0], [6]))
    with pytest.raises(TypeError, match="AcceleratedScheduler does not say its step"):
        save_checkpoint(accelerator, str(tmp_path), schedule, {})


def test_only_the_newest_are_kept(accelerator, tmp_path):
    for step in (1, 2, 3, 4):
        save(accelerator, tmp_path, step, keep=2)
    kept = sorted(path.name for path in tmp_path.glob("checkpoint-*"))
    assert kept == ["checkpoint-3", "checkpoint-4"]


def test_a_damaged_one_does_not_count_as_kept(accelerator, tmp_path):
    folders = [save(accelerator, tmp_path, step, keep=2) for step in (1, 2)]
    first_file(folders[1]).unlink()
    folders.append(save(accelerator, tmp_path, 3, keep=2))
    assert [folder.is_dir() for folder in folders] == [True, True, True]
    folders.append(save(accelerator, tmp_path, 4, keep=2))
    assert [folder.is_dir() for folder in folders] == [False, True, True, True]


def test_a_clock_put_back_deletes_nothing_new(accelerator, tmp_path, monkeypatch):
    save(accelerator, tmp_path, 1)
    monkeypatch.setattr("helpers.checkpoints.time.time", lambda: 1000.0)
    for step in (2, 3, 4):
        folder = save(accelerator, tmp_path, step, keep=1)
        assert newest_complete(str(tmp_path)) == str(folder)
        assert list(tmp_path.glob("checkpoint-*")) == [folder]


def test_a_kill_while_deleting_leaves_nothing_to_warn_of(
    accelerator, tmp_path, monkeypatch
):
    class Killed(BaseException):
        pass

    def half(folder, **options):
        first_file(Path(folder)).unlink()
        raise Killed

    save(accelerator, tmp_path, 1)
    for step in (2, 2):  # an older one is deleted, then one that is replaced
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr("helpers.checkpoints.shutil.rmtree", half)
            patch.setattr("helpers.checkpoints._tidy", lambda run_dir: None)
            save(accelerator, tmp_path, step, keep=1)
        assert list(tmp_path.glob("_deleted-*"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            newest = newest_complete(str(tmp_path))
        assert newest == str(tmp_path / "checkpoint-2")
        save(accelerator, tmp_path, 3)
        assert not list(tmp_path.glob("_deleted-*"))


def test_an_old_one_that_is_in_use_stays_until_the_next_save(
    accelerator, tmp_path, monkeypatch
):
    def busy(folder, **options):
        if not options.get("ignore_errors"):
            raise OSError(errno.EBUSY, "Device or resource busy")

    save(accelerator, tmp_path, 1)
    with monkeypatch.context() as patch:
        patch.setattr("helpers.checkpoints.shutil.rmtree", busy)
        for step in (2, 3):
            folder = save(accelerator, tmp_path, step, keep=1)
            assert newest_complete(str(tmp_path)) == str(folder)
        assert len(list(tmp_path.glob("_deleted-*"))) == 2
    save(accelerator, tmp_path, 4, keep=1)
    assert [path.name for path in tmp_path.iterdir() if path.name != "_partial"] == [
        "checkpoint-4"
    ]


@pytest.mark.parametrize("run_dir", [".", "_x"])
def test_a_replaced_one_stays_in_the_folder_of_the_run(
    accelerator, tmp_path, monkeypatch, run_dir
):
    monkeypatch.chdir(tmp_path)
    bad = save(accelerator, run_dir, 1)
    first_file(bad).unlink()
    save(accelerator, run_dir, 1)
    assert damage(bad) is None
    assert list(Path(run_dir).glob("_replaced/checkpoint-1.*"))


def test_another_number_of_processes_is_refused_before_anything_is_loaded(
    accelerator, tmp_path, monkeypatch
):
    folder = save(accelerator, tmp_path, 3)
    weight = accelerator._models[0].weight
    torch.nn.init.zeros_(weight)
    monkeypatch.setattr(Accelerator, "num_processes", 2)
    with pytest.raises(ValueError, match="by 1 processes, and these are 2: start as"):
        load_checkpoint(accelerator, str(tmp_path), Schedule(0))
    assert not weight.any()
    # A manifest that does not say how many saved it refuses nobody.
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text("utf-8"))
    del manifest["processes"]
    file.write_text(json.dumps(manifest), encoding="utf-8")
    assert load_checkpoint(accelerator, str(tmp_path), Schedule(0))["step"] == 3


SHUFFLES = """
import json, sys
import torch
from accelerate import Accelerator
from torch.utils.data import DataLoader
from transformers import get_scheduler
from helpers.checkpoints import load_checkpoint, save_checkpoint

def run(epochs, resume):
    "The rows that this process sees in each epoch."
    torch.manual_seed(0)
    accelerator = Accelerator(cpu=True)
    model = torch.nn.Linear(1, 1)
    model, optimizer, loader = accelerator.prepare(
        model, torch.optim.SGD(model.parameters()), DataLoader(range(12), 3, True)
    )
    schedule = get_scheduler("constant", optimizer)
    progress = {"rows": []}
    if resume:
        progress |= load_checkpoint(accelerator, sys.argv[1], schedule)
    left = Accelerator().prepare(DataLoader(range(12), 3, True))
    next(iter(left))  # as Trainer leaves its own, never exhausted
    while len(progress["rows"]) < epochs:
        progress["rows"].append([row for batch in loader for row in batch.tolist()])
        schedule.step()
        save_checkpoint(accelerator, sys.argv[1], schedule, progress)
    accelerator.free_memory()
    return progress["rows"], accelerator

whole, _ = run(2, False)
run(1, False)
resumed, accelerator = run(2, True)
own = sys.argv[1] + "/own" * accelerator.process_index  # no disk in common
try:
    load_checkpoint(accelerator, own, None)
except ValueError as error:
    refused = str(error)
accelerator = Accelerator(cpu=True)
loader = accelerator.prepare(DataLoader(range(12), 3, True))
try:
    for batch in accelerator.skip_first_batches(loader):
        save_checkpoint(accelerator, sys.argv[1], None, {})
except ValueError as error:
    refused = [refused, str(error)]
if accelerator.is_main_process:
    with open(sys.argv[2], "w") as file:
        json.dump([accelerator.num_processes, whole, resumed, refused], file)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="PyTorch's launcher needs libuv")
def test_two_processes_go_on_in_the_order_of_an_unbroken_run(tmp_path):
    script, output = tmp_path / "shuffles.py", tmp_path / "rows.json"
    script.write_text(SHUFFLES, encoding="utf-8")
    # Some Macs' own names are found by nobody: an address leaves nothing to look up.
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--local_addr", "127.0.0.1", "--nproc_per_node", "2"]
    command += [str(script), str(tmp_path / "run"), str(output)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(command, check=True, cwd=ROOT, env=environment, timeout=300)
    processes, whole, resumed, refused = json.loads(output.read_text("utf-8"))
    assert processes == 2
    assert sorted(whole[0]) != sorted(whole[1])  # another half of the rows
    assert resumed == whole
    assert "see different checkpoints ([2, -1], -1 for none)" in refused[0]
    assert "save between epochs" in refused[1]


@pytest.mark.parametrize("seen", [0, 1, 3, 4])
def test_rest_of_an_epoch_has_the_batches_that_were_not_seen(accelerator, seen):
    accelerator.dataloader_config.non_blocking = True
    accelerator.dataloader_config.use_seedable_sampler = True
    loader = accelerator.prepare(DataLoader(range(12), 3, True))
    loader.set_epoch(1)
    whole = [batch.tolist() for batch in loader]
    loader.set_epoch(1)
    rest = rest_of_epoch(accelerator, loader, seen)
    assert [batch.tolist() for batch in rest] == whole[seen:]
    assert seen or rest is loader  # which copies as it was told to


def read(dataloader, accelerator, skip):
    """Three batches of four."""
    if skip:
        dataloader = accelerator.skip_first_batches(dataloader, 0)
    yield from itertools.islice(dataloader, 3)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize(
    ("shuffle", "seedable", "refused"),
    [(False, False, False), (True, True, False), (True, False, True)],
)
def test_within_an_epoch_a_lost_order_is_refused(
    accelerator, tmp_path, shuffle, seedable, refused, skip
):
    """Also where the loop reads a loader that skips batches, as that of 7.6 does."""
    accelerator.dataloader_config.use_seedable_sampler = seedable
    loader = accelerator.prepare(DataLoader(range(12), 3, shuffle))
    next(iter(loader))  # a look at a batch, long before
    for _ in loader:
        pass
    save(accelerator, tmp_path, 4)
    for _ in read(loader, accelerator, skip):
        if refused:
            with pytest.raises(ValueError, match="save between epochs, or give"):
                save(accelerator, tmp_path, 7)
        else:
            save(accelerator, tmp_path, 7)


def test_progress_comes_back_as_it_was(accelerator, tmp_path):
    progress = {"epoch": np.int64(1), "batch": torch.tensor(3), "loss": np.float32(0.5)}
    save(accelerator, tmp_path, 1, progress)
    loaded = load_checkpoint(accelerator, str(tmp_path), Schedule(0))
    assert loaded == {"epoch": 1, "batch": 3, "loss": 0.5}
    assert all(type(loaded[name]) is int for name in ("epoch", "batch"))
    with pytest.raises(TypeError, match="type Tensor that is not one number"):
        save(accelerator, tmp_path, 2, {"losses": torch.zeros(2)})
    with pytest.raises(ValueError, match="'schedule': give it another name"):
        save(accelerator, tmp_path, 2, {"schedule": "linear"})


def test_a_trainer_refuses_what_another_number_of_processes_saved(
    accelerator, trainer, tmp_path, monkeypatch
):
    folder = save(accelerator, tmp_path, 3)

    monkeypatch.setattr(Accelerator, "num_processes", 2)
    with pytest.raises(ValueError, match="by 1 processes, and these are 2: start as"):
        trainer.train(str(folder))


def test_a_trainer_told_to_resume_takes_no_damaged_checkpoint(
    accelerator, trainer, tmp_path
):
    first_file(save(accelerator, tmp_path, 3)).unlink()
    with (
        pytest.warns(UserWarning, match="passed over"),
        pytest.raises(ValueError, match="no complete checkpoint to go on from"),
    ):
        trainer.train(resume_from_checkpoint=True)


def test_a_trainer_told_to_resume_takes_the_newest_complete_one(
    accelerator, trainer, tmp_path, monkeypatch
):
    good = save(accelerator, tmp_path, 3)
    first_file(save(accelerator, tmp_path, 5)).unlink()
    given = []
    monkeypatch.setattr(Trainer, "train", lambda self, *a, **o: given.append((a, o)))
    with pytest.warns(UserWarning, match="passed over"):
        trainer.train(True, ignore_keys_for_eval=["x"])
    assert given == [((str(good),), {"ignore_keys_for_eval": ["x"]})]


def test_a_trainer_goes_on_from_a_folder_without_a_manifest_that_it_is_given(
    accelerator, trainer, tmp_path, monkeypatch
):
    folder = save(accelerator, tmp_path, 3)  # as a plain Trainer leaves one
    (folder / "manifest.json").unlink()
    given = []
    monkeypatch.setattr(Trainer, "train", lambda self, *a, **o: given.append(a))
    trainer.train(str(folder))
    assert given == [(str(folder),)]


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


def test_two_damaged_ones_of_one_name_are_both_set_aside(accelerator, tmp_path):
    for _ in range(2):
        first_file(save(accelerator, tmp_path, 1)).unlink()
    assert damage(save(accelerator, tmp_path, 1)) is None
    assert len(list(tmp_path.glob("_replaced/checkpoint-1.*"))) == 2


def test_what_cannot_be_noted_is_refused_before_anything_is_written(
    accelerator, tmp_path
):
    for value in (np.zeros(2), torch.zeros(2), {1}):
        with pytest.raises(TypeError, match="is not one number: turn"):
            save(accelerator, tmp_path, 2, {"losses": value})
    for key in ("schedule", "shuffles"):
        with pytest.raises(ValueError, match=f"'{key}': give it another name"):
            save(accelerator, tmp_path, 2, {key: 1})
    assert not list(tmp_path.glob("_partial/*"))


def test_a_loader_that_another_accelerator_left_loses_no_order_of_ours(
    accelerator, tmp_path
):
    loader = accelerator.prepare(DataLoader(range(12), 3, True))
    left = Accelerator(cpu=True).prepare(DataLoader(range(12), 3, True))
    next(iter(left))
    assert sum(len(batch) for batch in loader) == 12
    assert damage(save(accelerator, tmp_path, 4)) is None


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


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("inline_container.cc:672] . unexpected pos 640 vs 598"),  # PyTorch
    ],
)
def test_a_full_disk_leaves_the_last_one_and_says_so(
    accelerator, tmp_path, monkeypatch, error
):
    good = save(accelerator, tmp_path, 1)

    def full(folder):
        Path(folder, "model.safetensors").write_bytes(b"half")
        raise error

    monkeypatch.setattr(accelerator, "save_state", full)
    with pytest.raises(OSError, match="MB free.*make room") as raised:
        save(accelerator, tmp_path, 2)
    assert str(error) in str(raised.value)
    assert f"the newest complete one is {good}" in str(raised.value)
    said = r"_partial[\\/]checkpoint-2: it has no manifest"
    with pytest.warns(UserWarning, match=said):
        assert newest_complete(str(tmp_path)) == str(good)


def test_a_full_disk_at_the_first_save_says_that_there_is_none(
    accelerator, tmp_path, monkeypatch
):
    def full(folder):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(accelerator, "save_state", full)
    with pytest.raises(OSError, match="there is none yet: if the disk is full"):
        save(accelerator, tmp_path / "new", 2)


def test_an_error_that_is_not_about_the_disk_stays_as_it_is(
    accelerator, tmp_path, monkeypatch
):
    def broken(folder):
        raise KeyError("no such weight")

    monkeypatch.setattr(accelerator, "save_state", broken)
    with pytest.raises(KeyError, match="no such weight"):
        save(accelerator, tmp_path, 1)


HOLD = """
import sys, time
from helpers.checkpoints import exclusive
with exclusive(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_run_refuses_until_the_first_is_dead(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    pipe = {"stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipe) as first:
        try:
            assert first.stdout.readline() == "held\n"
            with (
                pytest.raises(RuntimeError, match="another run is training in"),
                exclusive(str(tmp_path)),
            ):
                pytest.fail("two runs in one folder")
        finally:
            first.kill()
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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"load_best_model_at_end": True}, "load_best_model_at_end=False"),
        ({"push_to_hub": True, "hub_strategy": "checkpoint"}, "every_save"),
        ({"push_to_hub": True, "hub_strategy": "all_checkpoints"}, "every_save"),
    ],
)
def test_the_trainer_refuses_what_it_cannot_keep(tmp_path, options, said):
    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        eval_strategy="epoch",
        save_strategy="epoch",
        report_to="none",
        **options,
    )
    with pytest.raises(ValueError, match=said):
        CheckedTrainer(torch.nn.Linear(1, 1), arguments, eval_dataset=[1])


def test_two_are_kept_by_default(accelerator, tmp_path):
    for step in (1, 2, 3):
        save(accelerator, tmp_path, step)
    kept = sorted(path.name for path in tmp_path.glob("checkpoint-*"))
    assert kept == ["checkpoint-2", "checkpoint-3"]


@pytest.mark.skipif(os.name != "posix", reason="folders are flushed on POSIX only")
def test_all_is_on_the_disk_before_the_name_appears(accelerator, tmp_path, monkeypatch):
    events, fsync, rename = [], os.fsync, os.rename

    def flushed(descriptor):
        events.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def renamed(*paths):
        events.append("renamed")
        rename(*paths)

    monkeypatch.setattr("helpers.checkpoints.os.fsync", flushed)
    monkeypatch.setattr("helpers.checkpoints.os.rename", renamed)
    folder = save(accelerator, tmp_path, 1)
    at = events.index("renamed")
    written = {path.stat().st_ino for path in [folder, *folder.rglob("*")]}
    assert written <= set(events[:at])
    assert tmp_path.stat().st_ino in events[at:]


def test_checking_does_not_write(accelerator, tmp_path, monkeypatch):
    folder = save(accelerator, tmp_path, 1)

    def refuse(descriptor):
        raise OSError("read-only")

    monkeypatch.setattr("helpers.checkpoints.os.fsync", refuse)
    assert damage(folder) is None


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize(
    "given",
    [{"metric_for_best_model": "loss"}, {"lr_scheduler_type": "reduce_lr_on_plateau"}],
)
def test_trainer_that_tracks_the_best_keeps_the_newest(tmp_path, given, limit):
    """It would look for the best in the folder that was renamed."""
    trainer = line_trainer(CheckedTrainer, tmp_path, save_total_limit=limit, **given)
    trainer.train()
    state = Path(newest_complete(str(tmp_path)), "trainer_state.json")
    best = json.loads(state.read_text("utf-8"))["best_global_step"]
    assert best == trainer.state.best_global_step is not None
    losses = [
        each["eval_loss"] for each in trainer.state.log_history if "eval_loss" in each
    ]
    assert trainer.state.best_metric == min(losses)
    assert trainer.state.best_model_checkpoint is None
    kept = sorted(path.name for path in tmp_path.glob("checkpoint-*"))
    assert kept == ["checkpoint-2", "checkpoint-4", "checkpoint-6"][-limit:]
    assert newest_complete(str(tmp_path)) == str(tmp_path / "checkpoint-6")


def test_the_best_of_a_plain_trainer_does_not_outlive_what_follows(tmp_path):
    """Its state names a folder; at the end Trainer would delete all but that one."""
    options = {"metric_for_best_model": "loss", "save_total_limit": 1}
    line_trainer(Trainer, tmp_path, num_train_epochs=1, **options).train()
    trainer = line_trainer(CheckedTrainer, tmp_path, **options)
    trainer.train(str(tmp_path / "checkpoint-2"))
    assert newest_complete(str(tmp_path)) == str(tmp_path / "checkpoint-6")


def test_a_checkpoint_without_optimizer_is_not_resumed(tmp_path):
    trainer = line_trainer(CheckedTrainer, tmp_path, save_only_model=True)
    with pytest.raises(ValueError, match="there is nothing to go on from"):
        trainer.train(str(tmp_path / "checkpoint-2"))
