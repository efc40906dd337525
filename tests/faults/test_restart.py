"""A kernel dies in the middle of a notebook; run again with `resume`, it finishes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.notebooks import ROOT
from tools.run import execute

SETTINGS = {"max_train_samples": 200, "max_eval_samples": 20, "num_train_epochs": 2}


def children(process: int) -> list[int]:
    """The processes under one, by way of /proc."""
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    below = [int(each) for each in text.split()]
    return below + [each for child in below for each in children(child)]


def times(folder: Path) -> dict[str, float]:
    """When each checkpoint in a folder was written."""
    return {path.name: path.stat().st_mtime for path in folder.glob("checkpoint-*")}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
def test_a_killed_kernel_and_run_all(tmp_path):
    out = tmp_path / "out"
    given = [f"{name}={value}" for name, value in SETTINGS.items()]
    command = [sys.executable, "-m", "tools.run", "ch7_translation", "--out", str(out)]
    for each in given:
        command += ["--set", each]
    runner = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    outputs = out / "outputs" / "ch7_translation"
    while runner.poll() is None and not list(outputs.glob("accelerate/checkpoint-*")):
        time.sleep(0.2)
    kernels = [
        each
        for each in children(runner.pid)
        if b"ipykernel" in Path(f"/proc/{each}/cmdline").read_bytes()
    ]
    assert kernels, runner.communicate()
    for each in kernels:
        os.kill(each, signal.SIGKILL)
    printed, _ = runner.communicate(timeout=120)
    assert runner.returncode != 0
    assert "FAILED" in printed, printed
    saved = times(outputs / "trainer")
    assert saved
    settings = {"profile": "tiny", "output_dir": str(outputs), "resume": True}
    report = execute("ch7_translation", settings | SETTINGS, out)
    assert report["result"] is not None
    assert times(outputs / "trainer") == saved  # not trained again
