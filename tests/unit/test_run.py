"""The strict runner, on small notebooks made here."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from helpers.checkpoints import exclusive
from tools import refresh, run
from tools.notebooks import ROOT, NotebookError, find, solutions

SETTINGS = 'profile = "tiny"\noutput_dir = "outputs/small"\nseed = 42'


@pytest.fixture
def small(tmp_path):
    """Writes a notebook of these cells; returns its path."""

    def write(*sources, tagged=1, name="small"):
        cells = [nbformat.v4.new_code_cell(SETTINGS) for _ in range(max(1, tagged))]
        for cell in cells[:tagged]:
            cell.metadata["tags"] = ["parameters"]
        for source in sources:
            make = nbformat.v4.new_code_cell
            if source.startswith("#!"):
                make, source = nbformat.v4.new_markdown_cell, source[2:]
            cells.append(make(source))
        path = tmp_path / "mine" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        metadata = {
            "kernelspec": {"name": "python3", "display_name": "", "language": "python"}
        }
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
        return path

    return write


def result(value=80, baseline=60):
    """A cell that saves a headline number."""
    return (
        "from helpers.runtime import save_result\n"
        f"save_result(output_dir, metric='m', value={value}, baseline={baseline}, "
        "margin=10)"
    )


def command(path, out, *arguments):
    return run.main([str(path), "--out", str(out), *arguments])


def test_a_good_notebook_prints_its_row_and_its_page(small, tmp_path, capsys):
    assert command(small("1 + 1", result()), tmp_path / "out") == 0
    printed = capsys.readouterr().out
    assert "small" in printed and "3 cells" in printed and "baseline 60" in printed
    assert (tmp_path / "out" / "small.html").stat().st_size > 1000
    executed = nbformat.read(tmp_path / "out" / "small.ipynb", as_version=4)
    assert executed.cells[2].outputs[0].data["text/plain"] == "2"
    # They would name the user's home.
    assert not {"input_path", "output_path"} & set(executed.metadata["papermill"])


def test_it_runs_the_interpreter_that_started_it(small, tmp_path):
    cell = "import sys, pathlib\npathlib.Path(output_dir).mkdir(parents=True)\n"
    cell += "pathlib.Path(output_dir, 'python').write_text(sys.executable)"
    command(small(cell, result()), tmp_path)
    said = (tmp_path / "outputs" / "small" / "python").read_text("utf-8")
    assert said == sys.executable


DIE = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_kernel_that_dies_is_a_row_and_the_others_run(small, tmp_path, capsys):
    paths = [small(DIE, name="dies"), small(result())]
    assert run.main([*map(str, paths), "--out", str(tmp_path / "out")]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("FAILED  dies: Kernel died; was memory short?")
    assert second.startswith("small") and "baseline 60" in second


def test_a_notebook_is_not_overwritten(small, capsys):
    path = small(result())
    before = path.read_bytes()
    assert command(path, path.parent) == 1
    assert "would overwrite small.ipynb: give another" in capsys.readouterr().out
    assert path.read_bytes() == before


def checkpoint(out):
    """A file as a complete checkpoint of the notebook has it."""
    file = out / "outputs" / "small" / "trainer" / "checkpoint-1" / "manifest.json"
    file.parent.mkdir(parents=True)
    file.write_text("{}", encoding="utf-8")
    return file


def test_what_a_long_training_saved_is_not_deleted(small, tmp_path, capsys):
    path, file = small(result()), checkpoint(tmp_path)
    assert command(path, tmp_path, "--profile", "full") == 1
    assert "small: add --set resume=True, or delete" in capsys.readouterr().out
    assert file.is_file()
    elsewhere = f"output_dir={str(tmp_path / 'else')!r}"
    assert command(path, tmp_path, "--set", elsewhere) == 0
    assert file.is_file()
    assert command(path, tmp_path) == 0
    assert not file.exists()


def test_a_folder_in_use_is_not_emptied(small, tmp_path, capsys):
    path, file = small(result()), checkpoint(tmp_path)
    outputs = tmp_path / "outputs" / "small"
    with exclusive(str(outputs / "trainer")):  # as in JupyterLab
        assert command(path, tmp_path) == 1
    with run.fresh_folder(outputs, {"resume": True}):  # as by the runner
        assert command(path, tmp_path) == 1
    said = capsys.readouterr().out.splitlines()
    assert f"another run is at work in {outputs / 'trainer'}: wait" in said[0]
    assert f"another run is at work in {outputs}: wait" in said[1]
    assert file.is_file()


def test_a_misspelt_setting_is_refused_before_anything_runs(small, tmp_path, capsys):
    path = small(result())
    assert command(path, tmp_path / "out", "--set", "sead=1") == 2
    assert "no parameter 'sead': did you mean 'seed'?" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_settings_reach_the_notebook(small, tmp_path):
    path = small("assert (seed, profile) == (7, 'full')", result())
    assert command(path, tmp_path, "--set", "seed=7", "--profile", "full") == 0


def test_names_are_found_by_their_beginning():
    assert find("ch3").stem == "ch3_finetune_mrpc"


def test_solutions_run_after_the_last_cell(small, tmp_path, capsys):
    folded = (
        "#!<details><summary>S</summary>\n\n```python\nassert x == 3\n```\n</details>"
    )
    path = small("x = 2", result(), folded)
    assert solutions(nbformat.read(path, as_version=4)) == ["assert x == 3\n"]
    assert command(path, tmp_path) == 0
    assert command(path, tmp_path, "--with-solutions") == 1
    assert "AssertionError" in capsys.readouterr().out


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_no_kernels(small, tmp_path, number):
    cell = "import os, pathlib, time\npathlib.Path(output_dir).mkdir(parents=True)\n"
    cell += "pathlib.Path(output_dir, 'pid').write_text(str(os.getpid()))\n"
    path = small(cell + "time.sleep(60)", result())
    waiting = small(cell + "time.sleep(60)", result(), name="waiting")
    paths = [str(path), str(waiting)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.run", *paths, "--out", str(tmp_path)],
        cwd=ROOT,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
        # A shell has what it starts in the background ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    mark = tmp_path / "outputs" / "small" / "pid"
    for _ in range(600):
        if mark.is_file() and mark.read_text("utf-8"):
            break
        time.sleep(0.1)
    kernel = int(mark.read_text("utf-8"))
    os.kill(process.pid, number)
    assert process.wait(timeout=30) != 0
    for _ in range(100):
        if not Path(f"/proc/{kernel}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{kernel}").exists()
    assert not (tmp_path / "outputs" / "waiting").exists()


def test_refresh_writes_clean_outputs(small, tmp_path):
    cells = [
        "from tqdm import tqdm\nfor _ in tqdm(range(3)): pass",
        "from IPython.display import HTML\nHTML('<progress value=1></progress>')",
        "print('kept')",
        f"{result()};",
    ]
    path = small(*cells)
    refresh.refresh(str(path))
    notebook = nbformat.read(path, as_version=4)
    assert [len(cell.outputs) for cell in notebook.cells] == [0, 0, 0, 1, 0]
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3, 4, 5]
    assert set(notebook.metadata) == {"kernelspec", "language_info", "companion"}
    assert "papermill" not in json.dumps(notebook)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("1 / 0", "ZeroDivisionError"),
        (result(value=61), "DID NOT LEARN"),
        ("1 + 1", "saved no results.json"),
    ],
)
def test_refresh_leaves_a_notebook_that_fails_as_it_was(small, source, says):
    path = small(source)
    before = path.read_bytes()
    with pytest.raises(NotebookError, match=says):
        refresh.refresh(str(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("command", ["tools.run", "tools.export"])
def test_the_profile_is_not_a_setting(command):
    done = subprocess.run(
        [sys.executable, "-m", command, "ch3", "--set", "profile=full"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 2
    assert "give the profile with --profile" in done.stderr
