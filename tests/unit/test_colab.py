"""The set-up cell, on Colab and elsewhere, and the addresses stamped into it."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from unittest import mock

import nbformat
import pytest

from tools import colab
from tools.notebooks import NOTEBOOKS, ROOT, NotebookError, code_digest, names, tagged

ADDRESS = "https://github.com/someone/companion.git"


@pytest.fixture
def copies(tmp_path):
    """A folder with copies of the notebooks, the READMEs and pyproject.toml."""
    for name in names():
        shutil.copy(NOTEBOOKS / f"{name}.ipynb", tmp_path)
    for file in colab.READMES:
        shutil.copy(ROOT / file, tmp_path)
    text = colab.SECTION.sub("", (ROOT / "pyproject.toml").read_text("utf-8"))
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    return tmp_path


def read(folder):
    files = sorted(folder / file for file in (*colab.READMES, "pyproject.toml"))
    files += sorted(folder.glob("*.ipynb"))
    return {path.name: path.read_text("utf-8") for path in files}


def test_stamping_is_idempotent_and_replaces(copies):
    colab.stamp("someone/companion", notebooks=copies, root=copies)
    once = read(copies)
    colab.stamp("someone/companion", notebooks=copies, root=copies)
    assert read(copies) == once
    colab.stamp("else/where", notebooks=copies, root=copies)
    for file, text in read(copies).items():
        assert "someone/companion" not in text, file
        assert "else/where" in text
    colab.stamp("someone/companion", notebooks=copies, root=copies)
    assert read(copies) == once
    for name in names():
        notebook = nbformat.read(copies / f"{name}.ipynb", as_version=4)
        first = notebook.cells[0].source
        assert first.startswith("# ") and first.count("Open in Colab") == 1
        assert f"/someone/companion/blob/main/notebooks/{name}.ipynb)" in first
        assert f'\nREPOSITORY = "{ADDRESS}"' in tagged(notebook, "setup")[0].source


def test_stamping_keeps_the_digest_of_outputs_that_belong_to_the_code(copies):
    path = copies / f"{names()[0]}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for before in (code_digest(notebook), "of other code"):
        notebook.metadata["companion"] = {"code_digest": before}
        nbformat.write(notebook, path)
        colab.stamp("someone/companion", notebooks=copies, root=copies)
        notebook = nbformat.read(path, as_version=4)
        after = notebook.metadata["companion"]["code_digest"]
        assert (after == code_digest(notebook)) == (before != "of other code")
        colab.stamp("else/where", notebooks=copies, root=copies)


def test_what_cannot_be_stamped_is_refused_before_anything_is_written(
    copies, capsys, monkeypatch
):
    wrong, before = "https://github.com/someone/companion", read(copies)
    with pytest.raises(NotebookError, match="not of the form OWNER/REPO") as refused:
        colab.stamp(wrong, notebooks=copies, root=copies)
    assert read(copies) == before
    monkeypatch.setattr(colab, "stamp", mock.Mock(side_effect=refused.value))
    assert colab.main([wrong]) == 2  # the real notebooks are out of its reach here
    assert "not of the form OWNER/REPO" in capsys.readouterr().err
    monkeypatch.undo()
    path = copies / f"{names()[-1]}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    tagged(notebook, "setup")[0].metadata["tags"] = []
    nbformat.write(notebook, path)
    before = read(copies)
    with pytest.raises(NotebookError, match="no set-up cell"):
        colab.stamp("someone/companion", notebooks=copies, root=copies)
    assert read(copies) == before


def test_committed_notebooks_name_one_address_or_none():
    found = colab.SECTION.search((ROOT / "pyproject.toml").read_text("utf-8"))
    repository = found and found.group().split('"')[1]
    for name in names():
        text = (NOTEBOOKS / f"{name}.ipynb").read_text("utf-8")
        linked = re.findall(r"colab\.research\.google\.com/github/([^/]+/[^/]+)/", text)
        assert linked == ([repository] if repository else []), name
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        address = f"https://github.com/{repository}.git" if repository else ""
        assert f'REPOSITORY = "{address}"' in tagged(notebook, "setup")[0].source
    for file in colab.READMES:
        cloned = colab.CLONE.findall((ROOT / file).read_text("utf-8"))
        assert cloned == [f"git clone {address or 'ADDRESS'} companion"], file


# Runs the cell named on the command line where `helpers` cannot be imported.
DRIVER = """
import pathlib, sys, types
cell, *modules = sys.argv[1:]
for name in modules:
    sys.modules[name] = types.ModuleType(name)
has_helpers = lambda path: pathlib.Path(path or ".", "helpers").is_dir()
sys.path[:] = [path for path in sys.path if not has_helpers(path)]
sys.meta_path[:] = [each for each in sys.meta_path if "editable" not in repr(each)]
source = pathlib.Path(cell).read_text(encoding="utf-8")
exec(compile(source, "set-up cell", "exec"), {"__name__": "__main__"})
import helpers, offline
print(helpers.__file__, offline.__file__, "minilm" in offline.names())
"""


def run_cell(source, tmp_path, *modules, **environment):
    """Runs the set-up cell in a process of its own, in an empty folder."""
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    (tmp_path / "cell.py").write_text(source, encoding="utf-8")
    content = tmp_path / "content"
    content.mkdir(exist_ok=True)
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, tmp_path / "driver.py", tmp_path / "cell.py", *modules],
        cwd=content,
        env={**inherited, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


@pytest.fixture
def setup_cell(copies):
    """The set-up cell with an address."""
    colab.stamp("someone/companion", notebooks=copies, root=copies)
    notebook = nbformat.read(copies / f"{names()[0]}.ipynb", as_version=4)
    return tagged(notebook, "setup")[0].source


@pytest.fixture
def bare_clone(tmp_path):
    """A bare clone of the repository, one of whose requirements is not installed."""
    work, bare = tmp_path / "work", tmp_path / "companion.git"
    ignore = shutil.ignore_patterns("__pycache__", "checkpoints", "heads")
    for package in ("helpers", "offline"):
        shutil.copytree(ROOT / package, work / package, ignore=ignore)
    text = (ROOT / "requirements.txt").read_text("utf-8")
    text += "companion-probe>=1  # not there\n"
    # Newer than there is: Colab's own stays.
    text = text.replace("protobuf>=", "protobuf>=9")
    (work / "requirements.txt").write_text(text, encoding="utf-8")
    git = ["git", "-C", str(work), "-c", "user.name=A", "-c", "user.email=a@b.c"]
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["commit", "-qm", "."],
    ):
        subprocess.run([*git, *arguments], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", work, bare], check=True)
    with zipfile.ZipFile(tmp_path / "companion_probe-1-py3-none-any.whl", "w") as wheel:
        folder = "companion_probe-1.dist-info"
        named = "Metadata-Version: 2.1\nName: companion-probe\nVersion: 1\n"
        tag = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{folder}/METADATA", named)
        wheel.writestr(f"{folder}/WHEEL", tag)
        wheel.writestr(f"{folder}/RECORD", "")
    return bare


def test_on_colab_it_fetches_and_installs_what_is_missing(
    setup_cell, bare_clone, tmp_path
):
    """pip itself resolves the cell's command: offline, as a dry run with a report."""
    report = tmp_path / "report.json"
    environment = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{bare_clone.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        "PIP_DRY_RUN": "1",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
        "PIP_REPORT": str(report),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    colab_has = ("google", "google.colab")
    for _ in range(2):  # the second time, the folder is there
        done = run_cell(setup_cell, tmp_path, *colab_has, **environment)
        assert done.returncode == 0, done.stderr
        helpers, offline, found = done.stdout.split()
        companion = str(tmp_path / "content" / "companion")
        assert helpers.startswith(companion) and offline.startswith(companion)
        assert found == "True"
        would_install = json.loads(report.read_text("utf-8"))["install"]
        installed = [each["metadata"]["name"] for each in would_install]
        assert installed == ["companion-probe"]


def test_elsewhere_it_says_how_to_get_helpers_in_one_line(setup_cell, tmp_path):
    done = run_cell(setup_cell, tmp_path)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: this notebook imports `helpers`: run")
    assert not list((tmp_path / "content").iterdir())


def test_where_the_companion_is_installed_it_does_nothing(setup_cell, tmp_path):
    source = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{setup_cell}"
    for modules in ((), ("google", "google.colab")):
        done = run_cell(source, tmp_path, *modules)
        assert done.returncode == 0 and not done.stderr, done.stderr
        assert not list((tmp_path / "content").iterdir())
