"""A planted token, user name and home folder turn up in nothing that a run writes."""

import os
import shutil
import subprocess
import sys

import pytest

import offline
from tools.notebooks import ROOT, names

TOKEN = "hf_" + "Planted0Token" * 3
USER = "plantedusername"
QUICK = "ch2_tokenizers_models"


@pytest.fixture
def checkout(tmp_path):
    """A copy of the project in a fresh home folder, and the environment of its user."""
    home = tmp_path / USER
    copy = home / "companion"
    for folder in ("helpers", "notebooks", "offline", "tools"):
        ignored = shutil.ignore_patterns("outputs", "__pycache__")
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    # Stand-ins that are built already are read, and their names begin with the home.
    offline.cache_folder().mkdir(parents=True, exist_ok=True)
    (home / "built").symlink_to(offline.cache_folder(), target_is_directory=True)
    planted = {"HOME": home, "USERPROFILE": home, "COMPANION_CACHE": home / "built"}
    planted |= {"HF_TOKEN": TOKEN, "HUGGING_FACE_HUB_TOKEN": TOKEN}
    planted |= {"USER": USER, "LOGNAME": USER, "USERNAME": USER}
    kept = {name: value for name, value in os.environ.items() if name != "HF_HOME"}
    return copy, kept | {name: str(value) for name, value in planted.items()}


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
@pytest.mark.parametrize(
    "name",
    [
        name if name == QUICK else pytest.param(name, marks=pytest.mark.slow)
        for name in names()
    ],
)
def test_nothing_written_holds_a_secret(checkout, name):
    copy, environment = checkout
    run = [sys.executable, "-m", "tools.run", name]
    done = subprocess.run(
        run, cwd=copy, env=environment, capture_output=True, text=True, timeout=3000
    )
    assert done.returncode == 0, done.stdout + done.stderr
    written = [path for path in (copy / "runs").rglob("*") if path.is_file()]
    assert {".ipynb", ".html", ".json"} <= {path.suffix for path in written}
    found = []
    for path in written:
        content = path.read_bytes()
        assert USER not in path.relative_to(copy).as_posix()
        for secret in (TOKEN, USER):
            if secret.encode() in content or secret.encode("utf-16-le") in content:
                found.append((path.relative_to(copy).as_posix(), secret))
    for secret in (TOKEN, USER):
        if secret in done.stdout + done.stderr:
            found.append(("the terminal", secret))
    assert not found
