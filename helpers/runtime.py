"""Plumbing of the notebooks' first cells: settings, device, slices, results."""

import importlib.metadata
import importlib.util
import json
import math
import os
import shutil
import warnings
from pathlib import Path

import torch
from packaging.version import Version

PROFILES = ("tiny", "sample", "full")
FLOORS = {"transformers": "5.20", "datasets": "5.0.1", "accelerate": "1.15"}
FLOORS |= {"tokenizers": "0.23.3"}

NO_CUDA = (
    "profile {profile!r} trains the course's own checkpoint and needs a CUDA GPU, "
    "but torch {torch} sees none. On Colab: Runtime → Change runtime type → T4 GPU, "
    "then run again from the top. On your own machine: install the CUDA build of "
    'torch. Without a GPU: profile = "tiny". (To step through this branch on a CPU '
    "with a few rows, set the environment variable COMPANION_ALLOW_CPU=1.)"
)


def check_settings(
    profile: str,
    *,
    max_train_samples: int | None = None,
    max_eval_samples: int | None = None,
    num_train_epochs: int | None = None,
    needs_gpu: bool = True,
) -> None:
    """Refuses settings that cannot work, before anything is loaded.

    ``needs_gpu=False`` is for chapters whose own checkpoints run on a CPU as well.

    Raises:
        ImportError: a library is older than these notebooks need.
        ValueError: unknown profile, or a count that is not a whole number from 1 up.
        RuntimeError: ``"sample"`` or ``"full"`` without a CUDA GPU.
    """
    for library, floor in FLOORS.items():
        installed = importlib.metadata.version(library)
        if Version(installed) < Version(floor):
            raise ImportError(
                f"{library} is {installed}, and these notebooks need {floor} or later: "
                "run `pip install -r requirements.txt` in the folder of the "
                "repository, then restart the kernel"
            )
    if profile not in PROFILES:
        known = ", ".join(repr(name) for name in PROFILES)
        raise ValueError(f"profile is {profile!r}; it must be one of {known}")
    counts = {
        "max_train_samples": max_train_samples,
        "max_eval_samples": max_eval_samples,
        "num_train_epochs": num_train_epochs,
    }
    for name, value in counts.items():
        if value is not None and (type(value) is not int or value < 1):
            raise ValueError(
                f"{name} is {value!r}; give a whole number from 1 up, or None for the "
                "profile's own"
            )
    allowed = os.environ.get("COMPANION_ALLOW_CPU") == "1"
    needed = needs_gpu and profile != "tiny" and not allowed
    if needed and not torch.cuda.is_available():
        raise RuntimeError(NO_CUDA.format(profile=profile, torch=torch.__version__))


def require_repositories(
    *, model: str = "", dataset: str = "", revision: str | None = None
) -> None:
    """Makes sure that a checkpoint and a data set can be loaded.

    A local folder passes; so does what the cache holds when the Hub cannot be
    reached.  Give Hub names as ``from_pretrained`` and ``load_dataset`` take them, and
    the ``revision`` of the data set if it is not ``main``.

    Some of the course's checkpoints have no ``safetensors``.  From them
    ``transformers`` would load ``pytorch_model.bin``, and then fetch a converted copy
    that it does not use.  So the environment variable
    ``DISABLE_SAFETENSORS_CONVERSION`` is set, unless it is already.

    Raises:
        RuntimeError: one sentence that says which repository cannot be had, why, and
            what to do: unreachable and not cached, unknown or private, gated, without
            that revision, or refused for the token or the number of requests.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    os.environ.setdefault("DISABLE_SAFETENSORS_CONVERSION", "1")
    for kind, name, at in (("model", model, None), ("dataset", dataset, revision)):
        if not name or Path(name).is_dir():
            continue
        try:
            api = HfApi()
            # A gated repository shows its description to all, its files to some.
            if api.repo_info(name, repo_type=kind, revision=at, timeout=20).gated:
                api.auth_check(name, repo_type=kind)
        except GatedRepoError as error:
            raise RuntimeError(
                f"the {kind} {name!r} is gated: accept its terms on its page at "
                "huggingface.co, then log in with `hf auth login`"
            ) from error
        except RepositoryNotFoundError as error:
            raise RuntimeError(
                f"the Hub has no {kind} named {name!r} that you may read: check the "
                "spelling; if it is private, log in with `hf auth login`"
            ) from error
        except RevisionNotFoundError as error:
            raise RuntimeError(
                f"the {kind} {name!r} has no revision {at!r} any more: look up its "
                "branches on its page at huggingface.co, and change `revision`"
            ) from error
        except HFValidationError as error:
            raise RuntimeError(
                f"{name!r} is no folder here, and no name that the Hub could have: "
                "check the path"
            ) from error
        except HfHubHTTPError as error:
            status = error.response.status_code
            if status == 429 or status >= 500:
                if _is_cached(kind, name):
                    continue
                remedy = "wait a minute and run the cell again"
                if status == 429:
                    remedy += "; logged in (`hf auth login`) you may ask more often"
            elif status == 401:
                remedy = (
                    "your token is not valid: log in again with `hf auth login`, and "
                    "unset the environment variable HF_TOKEN if it holds an old one"
                )
            else:
                remedy = "check the token (`hf auth whoami`) and the name"
            raise RuntimeError(
                f"the Hub answered {status} for the {kind} {name!r}: {remedy}"
            ) from error
        except OSError as error:
            _raise_unless_cached(kind, name, error)
        except Exception as error:
            # The client's transport errors; its library has changed name before.
            if not type(error).__module__.startswith("http"):
                raise
            _raise_unless_cached(kind, name, error)


def _is_cached(kind: str, name: str) -> bool:
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    folder = repo_folder_name(repo_id=name, repo_type=kind)
    snapshots = Path(constants.HF_HUB_CACHE, folder, "snapshots")
    return snapshots.is_dir() and any(snapshots.iterdir())


def _raise_unless_cached(kind: str, name: str, error: Exception) -> None:
    if not _is_cached(kind, name):
        raise RuntimeError(
            f"the {kind} {name!r} is not in the local cache and the Hub cannot be "
            "reached: check the network, or work offline with profile = "
            '"tiny"'
        ) from error


def find_device() -> torch.device:
    """The one device that a notebook computes on: a CUDA GPU, or else the CPU.

    By themselves ``Trainer`` and ``Accelerator`` would take another accelerator, such
    as a Mac's GPU, on which these notebooks have not been tried: then the environment
    variable ``ACCELERATE_USE_CPU`` is set, which keeps ``Accelerator`` on the CPU.
    Give ``TrainingArguments`` the argument ``use_cpu``.

    Warns:
        UserWarning: this process sees several GPUs, over which ``Trainer`` would
            spread batches that many times as large.
    """
    if torch.cuda.is_available():
        count = torch.cuda.device_count()
        if count > 1 and "LOCAL_RANK" not in os.environ:  # no launcher shares them out
            warnings.warn(
                f"{count} GPUs: `Trainer` would spread batches {count} times as large "
                "over them, and take fewer steps than the other loops. Start Jupyter "
                "with CUDA_VISIBLE_DEVICES=0, or run the exported script with "
                "`accelerate launch`",
                stacklevel=2,
            )
        return torch.device("cuda")
    if torch.accelerator.is_available():
        os.environ.setdefault("ACCELERATE_USE_CPU", "true")
    return torch.device("cpu")


def can_compile(device: torch.device) -> bool:
    """Whether ``torch.compile`` works: on NVIDIA GPUs from 2017 on, with Triton.

    Triton needs a C compiler, which some Docker images lack.
    """
    compiler = os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang")
    return (
        device.type == "cuda"
        and importlib.util.find_spec("triton") is not None
        and compiler is not None
        and torch.cuda.get_device_capability() >= (7, 0)
    )


def mixed_precision() -> str:
    """``"bf16"`` or ``"fp16"``, whichever the GPU runs well, or ``"no"`` without one.

    The value is what ``Accelerator(mixed_precision=…)`` takes.
    """
    if not torch.cuda.is_available():
        return "no"
    return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"


def take_rows(dataset, count: int | None, name: str):
    """The first ``count`` rows of a data set; all of them where ``count`` is ``None``.

    Args:
        dataset: a ``datasets.Dataset``.
        count: how many rows.
        name: the setting that ``count`` comes from, for the message.

    Raises:
        ValueError: the split is empty, or has fewer rows than asked for.
    """
    if len(dataset) == 0:
        raise ValueError(f"cannot apply {name}: the split has no rows")
    if count is None:
        return dataset
    if not 1 <= count <= len(dataset):
        raise ValueError(
            f"{name} is {count}, but the split has {len(dataset):,} rows; give a "
            f"number from 1 to {len(dataset)}, or None for all"
        )
    return dataset.select(range(count))


def save_result(
    output_dir: str,
    *,
    metric: str,
    value: float,
    baseline: float,
    margin: float,
    course: float | None = None,
    lower_is_better: bool = False,
    details: dict | None = None,
) -> dict:
    """Writes ``results.json``: the headline number that CI compares with its baseline.

    Args:
        output_dir: folder to write to; made if missing.
        metric: what is measured and its unit, as in ``"accuracy (%)"``.
        value: what the trained model scores on held-out rows.
        baseline: what a trivial or untrained predictor scores on the same rows.
        margin: by how much the value must beat the baseline to count as learned; with
            ``lower_is_better`` the factor by which it must be smaller.
        course: the course's own figure, where it prints one.
        details: further numbers worth keeping, by name.

    Returns:
        What was written, with ``learned``: whether the margin is reached.

    Raises:
        ValueError: the value is infinite or not a number, as after a training that
            diverged.
    """
    if not math.isfinite(value):
        raise ValueError(
            f"{metric} is {float(value)}: the training diverged, so lower learning_rate"
        )
    if lower_is_better:
        learned = value * margin <= baseline
    else:
        learned = value - baseline >= margin
    result = {
        "metric": metric,
        "value": round(float(value), 4),
        "baseline": round(float(baseline), 4),
        "margin": margin,
        "course": course,
        "lower_is_better": lower_is_better,
        "learned": bool(learned),
        "details": details or {},
    }
    folder = Path(output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2, default=float) + "\n"
    Path(folder, "results.json").write_text(text, encoding="utf-8")
    return result
