"""helpers.runtime: settings that cannot work are refused with one clear sentence."""

import warnings

import pytest
import torch
from datasets import Dataset

from helpers import runtime
from tools.notebooks import ROOT


def test_what_runs_without_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    runtime.check_settings("full", needs_gpu=False)
    monkeypatch.setenv("COMPANION_ALLOW_CPU", "1")
    runtime.check_settings("full")


def test_floors_are_those_of_the_requirements():
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert set(runtime.FLOORS) == {
        "transformers",
        "datasets",
        "accelerate",
        "tokenizers",
    }
    for library, floor in runtime.FLOORS.items():
        assert any(line.startswith(f"{library}>={floor},") for line in lines)


@pytest.mark.parametrize(
    ("library", "old"),
    [*((library, "0.9.1") for library in runtime.FLOORS), ("transformers", "5.9.0")],
)
def test_every_library_has_its_floor(library, old, monkeypatch):
    version = runtime.importlib.metadata.version

    def set_version(to):
        versions = {library: to}
        monkeypatch.setattr(
            runtime.importlib.metadata,
            "version",
            lambda name: versions.get(name) or version(name),
        )

    set_version(old)
    with pytest.raises(ImportError, match=f"^{library} is {old}"):
        runtime.check_settings("tiny")
    for to in (runtime.FLOORS[library], "99.0"):
        set_version(to)
        runtime.check_settings("tiny")


@pytest.mark.parametrize(
    "cuda, computes_bf16, precision",
    [(False, False, "no"), (True, False, "fp16"), (True, True, "bf16")],
)
def test_precision_is_the_machines(cuda, computes_bf16, precision, monkeypatch):
    from accelerate.utils import PrecisionType

    def is_bf16_supported(including_emulation=True):
        return including_emulation or computes_bf16

    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", is_bf16_supported)
    assert runtime.mixed_precision() == precision
    assert precision in PrecisionType.list()


@pytest.mark.parametrize(
    ("cuda", "accelerator", "device", "environ"),
    [
        (False, False, "cpu", {}),
        (False, True, "cpu", {"ACCELERATE_USE_CPU": "true"}),
        (True, True, "cuda", {}),
    ],
)
def test_an_untried_accelerator_is_left_alone(
    monkeypatch, cuda, accelerator, device, environ
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: accelerator)
    monkeypatch.setattr(runtime.os, "environ", {})
    assert runtime.find_device() == torch.device(device)
    assert runtime.os.environ == environ


def test_several_gpus_in_one_process_are_warned_of(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    with pytest.warns(UserWarning, match="^2 GPUs: .* CUDA_VISIBLE_DEVICES=0"):
        runtime.find_device()
    monkeypatch.setenv("LOCAL_RANK", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert runtime.find_device() == torch.device("cuda")


def test_take_rows():
    data = Dataset.from_dict({"x": [0, 1, 2]})
    assert runtime.take_rows(data, None, "max_train_samples") is data
    assert runtime.take_rows(data, 2, "max_train_samples")["x"][:] == [0, 1]


def test_a_local_folder_needs_no_hub(tmp_path):
    runtime.require_repositories(model=str(tmp_path), dataset=str(tmp_path))


def test_results_say_whether_the_margin_is_reached(tmp_path):
    options = {"metric": "accuracy (%)", "baseline": 65.0, "margin": 10}
    assert runtime.save_result(tmp_path, value=75.0, **options)["learned"]
    assert not runtime.save_result(tmp_path, value=74.9, **options)["learned"]
    assert (tmp_path / "results.json").is_file()
    options = {"metric": "perplexity", "margin": 15, "lower_is_better": True}
    good = runtime.save_result(tmp_path, value=10, baseline=150, **options)
    assert good["learned"]
    assert not runtime.save_result(tmp_path, value=11, baseline=150, **options)[
        "learned"
    ]


def test_one_gpu_is_not_warned_of(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert runtime.find_device() == torch.device("cuda")


@pytest.mark.parametrize(
    ("device", "triton", "compilers", "capability", "works"),
    [
        ("cuda", True, {"gcc"}, (7, 0), True),
        ("cuda", True, {"clang"}, (8, 0), True),
        ("cuda", True, {"gcc"}, (6, 1), False),
        ("cuda", True, set(), (8, 0), False),
        ("cuda", False, {"gcc"}, (8, 0), False),
        ("cpu", True, {"gcc"}, (8, 0), False),
    ],
)
def test_what_can_compile(monkeypatch, device, triton, compilers, capability, works):
    spec = object() if triton else None
    monkeypatch.setattr(runtime.importlib.util, "find_spec", lambda name: spec)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)
    monkeypatch.setattr(
        runtime.shutil, "which", lambda name: name if name in compilers else None
    )
    monkeypatch.delenv("CC", raising=False)
    assert runtime.can_compile(torch.device(device)) is works
