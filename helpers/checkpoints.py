"""Checkpoints that are complete or absent: saving aside, checking, going on.

A checkpoint is a folder ``checkpoint-N``, N counting optimizer steps.  It is written
under ``_partial``, gets a ``manifest.json`` with the size and SHA-256 of its files, and
is renamed when all of it is on the disk.  What does not fit its manifest is never
loaded and never deleted: it is named in a warning, and moves to ``_replaced`` when a
checkpoint of the same name is saved.  Copy the module as it is.

Three methods of ``Trainer`` that are overridden (``_save_checkpoint``,
``_get_output_dir`` and ``_load_scaler``) and one list of ``Accelerator`` that is read
(``_dataloaders``) are private: tested with transformers 5.20 to 5.24 and accelerate
1.15.  After an update look whether a checkpoint has its ``manifest.json``.
"""

import hashlib
import json
import logging
import os
import shutil
import time
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path

import torch
from accelerate.data_loader import SeedableRandomSampler
from accelerate.utils import SCALER_NAME
from filelock import FileLock, Timeout
from safetensors import SafetensorError

MANIFEST = "manifest.json"
PROGRESS = "progress.json"


@contextmanager
def exclusive(output_dir: str):
    """Lets one process at a time train in the folder; around the call that trains.

    The operating system holds the lock: it is gone when the process is, however it
    ended.  Of a distributed run the first process asks for it.

    Raises:
        RuntimeError: another run is training in the folder.
    """
    if int(os.environ.get("RANK", 0)) != 0:
        yield
        return
    Path(output_dir).mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(Path(output_dir, "_lock")).acquire(timeout=0)
    except Timeout:
        raise RuntimeError(
            f"another run is training in {output_dir}: wait for it or stop it, or "
            "choose another output_dir"
        ) from None
    with lock:
        yield


def save_checkpoint(accelerator, output_dir, lr_scheduler, progress, *, keep=2):
    """Saves all that a training loop needs to go on; call it in every process.

    Args:
        accelerator: has prepared model and optimizer, and saves them and the states of
            the random number generators.
        output_dir: the folder of the run; the checkpoint's own is ``checkpoint-N``.
        lr_scheduler: a scheduler that was not prepared, one step an optimizer step.
        progress: what else the loop knows (position, losses, scores): a dictionary that
            JSON takes; tensors and arrays of one element become numbers.
        keep: how many complete checkpoints stay; older ones are deleted.

    Raises:
        OSError: the checkpoint could not be saved, and which one is still there.
        TypeError: ``progress`` holds what is neither a number nor JSON, or it or the
            scheduler's state a dictionary whose keys are not strings; or the scheduler
            was prepared.
        ValueError: an epoch is under way whose order of rows could not be drawn again;
            or ``progress`` has a key that is taken.
    """
    if _loses_order(accelerator):
        raise ValueError(
            "within an epoch the order of shuffled rows would be lost: save between "
            "epochs, or give Accelerator "
            "dataloader_config=DataLoaderConfiguration(use_seedable_sampler=True) and "
            "begin each epoch with dataloader.set_epoch(epoch)"
        )
    if not hasattr(lr_scheduler, "last_epoch"):
        raise TypeError(
            f"{type(lr_scheduler).__name__} does not say its step: give a scheduler "
            "that accelerator.prepare has not been given"
        )
    taken = {"schedule", "shuffles"} & progress.keys()
    if taken:
        raise ValueError(f"progress has a key {min(taken)!r}: give it another name")
    # Accelerate would load a registered scheduler with pickle.
    state = {"schedule": lr_scheduler.state_dict(), **progress}
    _check_keys(state)
    generators = _shuffling_generators(accelerator)
    state["shuffles"] = [each.get_state().tolist() for each in generators]
    text = json.dumps(state, default=_number)
    folder = Path(output_dir, f"checkpoint-{lr_scheduler.last_epoch}")
    with written_aside(folder, accelerator, keep=keep) as partial:
        with _at_level("accelerate", logging.ERROR):  # it warns of tied weights
            accelerator.save_state(str(partial))
        if accelerator.is_main_process:
            Path(partial, PROGRESS).write_text(text, encoding="utf-8")


def load_checkpoint(accelerator, output_dir, lr_scheduler) -> dict:
    """Restores the newest complete checkpoint; returns its progress, or ``{}``.

    Call it last before the loop: it restores the random number generators too.  The
    precision may be another one: only fp16 scales its gradients, and begins with
    PyTorch's own scale where the checkpoint has none.

    Raises:
        ValueError: another number of processes saved it, so that a position in the data
            would mean other rows; or not all processes see it, as on machines without
            a disk that they share.
    """
    newest = newest_complete(output_dir)
    if accelerator.num_processes > 1:
        _check_same(accelerator, newest)
    if newest is None:
        return {}
    _check_processes(newest, accelerator.num_processes)
    progress = json.loads(Path(newest, PROGRESS).read_text("utf-8"))
    scaler = accelerator.scaler
    if not Path(newest, SCALER_NAME).exists():
        accelerator.scaler = None  # `load_state` would ask for the file
    try:
        accelerator.load_state(newest)
    finally:
        accelerator.scaler = scaler
    lr_scheduler.load_state_dict(progress.pop("schedule"))
    generators = _shuffling_generators(accelerator)
    for generator, state in zip(generators, progress.pop("shuffles"), strict=True):
        generator.set_state(torch.tensor(state, dtype=torch.uint8))
    return progress


def rest_of_epoch(accelerator, dataloader, batches_seen: int):
    """A loader of the batches that are left; from the beginning the ``dataloader``.

    What ``skip_first_batches`` of accelerate 1.15 makes of a loader no longer copies to
    the GPU with ``non_blocking``, so it is asked only where there is something to skip.
    """
    if batches_seen == 0:
        return dataloader
    return accelerator.skip_first_batches(dataloader, batches_seen)


def _check_keys(value) -> None:
    """Refuses keys that JSON would turn into strings, as MultiStepLR's milestones."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(
                    f"the key {key!r} would come back as a string: use strings in "
                    "progress, and LambdaLR in place of MultiStepLR"
                )
        _check_keys(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            _check_keys(each)


def _number(value) -> int | float:
    """The number that a tensor or an array of one element holds; for ``json.dumps``."""
    try:
        number = value.item()
    except (AttributeError, RuntimeError, ValueError):
        number = None
    if not isinstance(number, int | float):
        raise TypeError(
            f"progress holds a value of type {type(value).__name__} that is not one "
            "number: turn it into numbers, with tolist() say"
        )
    return number


def _loses_order(accelerator) -> bool:
    """Whether a loader is being read that would shuffle otherwise after a restart."""
    active = accelerator.gradient_state.active_dataloader
    sampler = _sampler(active)
    # Another accelerator's loader may stand there, left in the middle.
    own = any(sampler is _sampler(each) for each in accelerator._dataloaders)
    drawn = hasattr(sampler, "generator")
    seeded = isinstance(sampler, SeedableRandomSampler)
    return own and drawn and not seeded and not active.end_of_dataloader


def _sampler(dataloader):
    """What draws the rows; that of a loader which skips batches is the whole one's."""
    sampler = getattr(dataloader, "batch_sampler", None)
    while hasattr(sampler, "batch_sampler"):
        sampler = sampler.batch_sampler
    return getattr(sampler, "sampler", None)


def _check_same(accelerator, newest: str | None) -> None:
    """Makes sure that all processes found the same checkpoint."""
    number = int(newest.rpartition("-")[2]) if newest else -1
    numbers = accelerator.gather(torch.tensor([number], device=accelerator.device))
    if len(set(numbers.tolist())) > 1:
        raise ValueError(
            f"the processes see different checkpoints ({numbers.tolist()}, -1 for "
            "none): output_dir must be on a disk that all machines share"
        )


def _shuffling_generators(accelerator) -> list:
    """What the processes shuffle by in step; one process has none, nor a seedable one.

    ``save_state`` leaves them out, so that all processes would see the first epoch's
    order again.
    """
    loaders = accelerator._dataloaders
    generators = [getattr(each, "synchronized_generator", None) for each in loaders]
    return [each for each in generators if each is not None]


def _check_processes(folder: str, now: int) -> None:
    """Refuses a checkpoint that another number of processes saved."""
    file = Path(folder, MANIFEST)
    manifest = json.loads(file.read_text("utf-8")) if file.exists() else {}
    then = manifest.get("processes", now)  # not every Trainer says
    if then != now:
        raise ValueError(
            f"{folder} was saved by {then} processes, and these are {now}: start as "
            "many, or begin anew with resume=False"
        )


class CompleteCheckpoints:
    """Mixin for ``Trainer``: checkpoints written aside, and renamed when complete.

    Put it first: ``class CheckedTrainer(CompleteCheckpoints, Trainer)``.  Resume with
    ``train(resume_from_checkpoint=newest_complete(output_dir))``.  Kept are the newest
    checkpoints, not the best, also with ``metric_for_best_model``.

    Raises:
        ValueError: with ``load_best_model_at_end``, which needs to know a checkpoint by
            its final name while it is written; with a ``hub_strategy`` that uploads
            checkpoints, which it still does when they are renamed; when it resumes
            from what another number of processes saved; and when it is told to resume
            where no checkpoint is complete, or with ``save_only_model``.
    """

    _run_dir = None

    def __init__(self, model=None, args=None, *more, **options):
        if args and args.load_best_model_at_end:
            raise ValueError(
                "CompleteCheckpoints does not keep the best checkpoint: set "
                "load_best_model_at_end=False"
            )
        uploaded = ("checkpoint", "all_checkpoints")
        if args and args.push_to_hub and args.hub_strategy in uploaded:
            raise ValueError(
                "CompleteCheckpoints moves a checkpoint once it is complete: set "
                'hub_strategy="every_save" or "end"'
            )
        super().__init__(model, args, *more, **options)

    def train(self, resume_from_checkpoint=None, *more, **options):
        folder = resume_from_checkpoint
        if folder is True:
            folder = newest_complete(self.args.output_dir)
            if folder is None:
                raise ValueError(
                    f"{self.args.output_dir} has no complete checkpoint to go on from: "
                    "begin anew, without resume_from_checkpoint"
                )
        if folder and self.args.save_only_model:
            raise ValueError(
                "save_only_model=True leaves optimizer and schedule out: there is "
                "nothing to go on from"
            )
        if isinstance(folder, str):
            _check_processes(folder, self.accelerator.num_processes)
        return super().train(folder, *more, **options)

    def _get_output_dir(self, trial):
        return self._run_dir or super()._get_output_dir(trial)

    def _load_scaler(self, checkpoint):
        if self.accelerator.scaler:  # saved in fp16, it may go on in another precision
            super()._load_scaler(checkpoint)

    def _save_checkpoint(self, model, trial):
        run_dir = self._get_output_dir(trial)
        folder = Path(run_dir, f"checkpoint-{self.state.global_step}")
        keep = self.args.save_total_limit
        with written_aside(folder, self.accelerator, keep=keep) as partial:
            self._run_dir = str(partial.parent)
            try:
                super()._save_checkpoint(model, trial)
            finally:
                self._run_dir = None
            if self.state.best_model_checkpoint:  # by the name it has here, or had
                self.state.best_model_checkpoint = None
                if self.args.should_save:
                    self.state.save_to_json(str(partial / "trainer_state.json"))


@contextmanager
def written_aside(folder: Path, accelerator, *, keep: int | None = None):
    """Yields where to write ``folder``; renames it when the block has filled it.

    Raises:
        OSError: the checkpoint could not be saved, and which one is still there.
    """
    partial = folder.parent / "_partial" / folder.name
    main = accelerator.is_main_process
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        if main:
            _tidy(folder.parent)
            partial.mkdir(parents=True)
        accelerator.wait_for_everyone()
        yield partial
        accelerator.wait_for_everyone()
        if main:
            _write_manifest(partial, folder.parent, accelerator.num_processes)
            _put_in_place(partial, folder.parent)
            _delete_older(folder.parent, keep)
        accelerator.wait_for_everyone()
    except (OSError, RuntimeError, SafetensorError) as error:  # as writers raise them
        last = newest_complete(folder.parent, tell=False)
        there = f"the newest complete one is {last}" if last else "there is none yet"
        free = shutil.disk_usage(folder.parent).free // 10**6
        raise OSError(
            f"the checkpoint {folder} could not be saved ({_first_line(error)}; "
            f"{free:,} MB free), {there}: if the disk is full, make room; then go on "
            "with resume=True"
        ) from error


def newest_complete(output_dir: str, *, tell: bool = True) -> str | None:
    """The checkpoint that was completed last, or ``None``.

    With ``tell`` it warns of each that it passes over, and why.
    """
    folders = _checkpoints(Path(output_dir))
    complete = _by_time(folders)
    broken = [(each, damage(each)) for each in folders if each not in complete]
    newest = None
    for folder in reversed(complete):
        reason = damage(folder)
        if reason is None:
            newest = str(folder)
            break
        broken.append((folder, reason))
    for folder, reason in broken if tell else ():
        warnings.warn(f"passed over {folder}: {reason}", stacklevel=2)
    return newest


def damage(folder: str) -> str | None:
    """What is wrong with a checkpoint, or ``None`` if its files fit its manifest."""
    try:
        manifest = json.loads(Path(folder, MANIFEST).read_text("utf-8"))
        float(manifest["saved"])
        files = [
            (name, noted["bytes"], noted["sha256"])
            for name, noted in manifest["files"].items()
        ]
    except FileNotFoundError:
        return f"it has no {MANIFEST}, so saving it was interrupted"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"its {MANIFEST} cannot be read ({_first_line(error)})"
    for name, size_then, digest_then in files:
        path = Path(folder, name)
        try:
            size, digest = path.stat().st_size, None
            if size == size_then:
                digest = _sha256(path)
        except OSError as error:
            return f"{name} cannot be read ({error.strerror})"
        if digest is None:
            return f"{name} has {size:,} bytes instead of {size_then:,}"
        if digest != digest_then:
            return f"{name} has changed since it was saved"
    return None


@contextmanager
def _at_level(name: str, level: int):
    """Lets a logger through from a level up, for the length of the block."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)


def _checkpoints(run_dir: Path) -> list[Path]:
    """The folders of checkpoints, those that wait to be renamed too."""
    names = [*run_dir.glob("checkpoint-*"), *run_dir.glob("_partial/checkpoint-*")]
    return [path for path in names if path.is_dir()]


def _times(folders: list[Path]) -> dict[Path, float]:
    """When those that have a manifest were completed."""
    saved = {}
    for folder in folders:
        try:
            manifest = json.loads(Path(folder, MANIFEST).read_text("utf-8"))
            saved[folder] = float(manifest["saved"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # damage() says what is wrong
    return saved


def _by_time(folders: list[Path]) -> list[Path]:
    """Those that have a manifest, the one that was completed last at the end."""
    saved = _times(folders)
    return sorted(saved, key=saved.get)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _sha256(path: Path, *, flush: bool = False) -> str:
    """The digest of a file; with ``flush`` the file is on the disk afterwards."""
    digest = hashlib.sha256()
    with open(path, "r+b" if flush else "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
        if flush:
            os.fsync(file.fileno())
    return digest.hexdigest()


def _write_manifest(folder: Path, run_dir: Path, processes: int) -> None:
    """Notes size and digest of every file and the number of processes, last of all.

    The time is later than that of every other checkpoint, also where the clock of the
    machine was put back.
    """
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": _sha256(path, flush=True),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    last = max(_times(_checkpoints(run_dir)).values(), default=0.0)
    saved = max(time.time(), last + 1e-3)
    manifest = {"saved": saved, "processes": processes, "files": files}
    written = Path(folder, f"{MANIFEST}.part")
    written.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    _sha256(written, flush=True)
    os.replace(written, Path(folder, MANIFEST))
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    """Makes names in a folder last; where the system knows no such thing, nothing."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def _put_in_place(partial: Path, run_dir: Path) -> None:
    """Renames a complete checkpoint to its own name."""
    folder = run_dir / partial.name
    replaced = _set_aside(folder, run_dir) if folder.exists() else None
    os.rename(partial, folder)
    _flush_folder(run_dir)
    if replaced and damage(replaced) is None:
        _delete(replaced, run_dir)


def _set_aside(folder: Path, run_dir: Path) -> Path:
    """Moves a folder to ``_replaced`` in the folder of the run, under a free name."""
    aside = run_dir / "_replaced"
    aside.mkdir(exist_ok=True)
    number = 1
    while (target := aside / f"{folder.name}.{number}").exists():
        number += 1
    return folder.rename(target)


def _tidy(run_dir: Path) -> None:
    """Finishes or sets aside what an interrupted run has left."""
    for folder in run_dir.glob("_deleted-*"):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in run_dir.glob("_partial/checkpoint-*"):
        if damage(folder):
            _set_aside(folder, run_dir)
        else:
            _put_in_place(folder, run_dir)


def _delete(folder: Path, run_dir: Path) -> None:
    """Deletes a folder under another name: half of it is no checkpoint any more.

    What is in use, as on Windows or a disk of the network, stays until the next save.
    """
    with suppress(OSError):
        shutil.rmtree(folder.rename(run_dir / f"_deleted-{time.time_ns()}"))


def _delete_older(run_dir: Path, keep: int | None) -> None:
    """Deletes complete checkpoints but the ``keep`` newest; damaged ones stay."""
    if not keep:
        return
    *older, _ = _by_time(_checkpoints(run_dir))  # the last was written just now
    complete = [folder for folder in reversed(older) if damage(folder) is None]
    for folder in complete[keep - 1 :]:
        _delete(folder, run_dir)
