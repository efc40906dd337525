"""JupyterLab as `make lab` starts it: a chapter opened, Run All pressed."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from tools.notebooks import NOTEBOOKS, ROOT, code_cells

CHAPTER = "ch2_tokenizers_models"


def lab_command() -> list[str]:
    """The command of the Makefile's target `lab`, with this environment's programs."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = re.search(r"^lab:.*\n\t@?(.+)", makefile, re.M)[1].split()
    program = Path(recipe[0].replace("$(BIN)", str(Path(sys.executable).parent)))
    return [str(program), *recipe[1:]]


@pytest.fixture
def lab(tmp_path):
    """The address of a JupyterLab on copies of the notebooks, with nothing executed."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook = nbformat.read(NOTEBOOKS / f"{CHAPTER}.ipynb", as_version=4)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, folder / f"{CHAPTER}.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = {key: str(tmp_path / value) for key, value in settings.items()}
    environment |= {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=secret"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    with open(tmp_path / "log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [*lab_command(), *options],
            cwd=tmp_path,
            env=os.environ | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api", server, tmp_path / "log")
            yield f"http://127.0.0.1:{port}/lab/tree/{CHAPTER}.ipynb?token=secret"
        finally:
            server.terminate()
            try:
                server.wait(timeout=15)
            except subprocess.TimeoutExpired:
                server.kill()  # its kernel notices, and ends too
                server.wait()


def wait_for(address: str, server, log: Path, limit: float = 120) -> None:
    """Returns once the server answers; fails with its log if it does not."""
    for _ in range(int(limit / 0.5)):
        try:
            json.load(urllib.request.urlopen(address, timeout=10))
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.5)
    pytest.fail("JupyterLab does not answer:\n" + log.read_text("utf-8")[-2000:])


def saved_cells(path: Path) -> list:
    """The code cells on the disk; none while JupyterLab is writing the file."""
    try:
        return code_cells(nbformat.read(path, as_version=4))
    except nbformat.reader.NotJSONError:
        return []


def test_run_all_in_jupyterlab(lab, page, tmp_path):
    """Every cell of the chapter runs, none fails, and the figures are drawn."""
    path = tmp_path / "notebooks" / f"{CHAPTER}.ipynb"
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.set_default_timeout(120_000)
    page.goto(lab)
    panel = page.locator(".jp-NotebookPanel:visible")
    # Pressed before the kernel is there, Run All asks which one to take.
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    saved, failed = [], []
    for _ in range(150):
        page.wait_for_timeout(2000)
        page.keyboard.press("Control+s")
        saved = saved_cells(path) or saved
        failed = [o for c in saved for o in c.outputs if o.output_type == "error"]
        if failed or (saved and all(cell.execution_count for cell in saved)):
            break
    assert not failed, failed
    committed = code_cells(nbformat.read(NOTEBOOKS / path.name, as_version=4))
    counts = [cell.execution_count for cell in saved]
    assert counts == list(range(1, len(committed) + 1))
    silent = [cell.source for cell in committed if not cell.outputs]
    assert [cell.source for cell in saved if not cell.outputs] == silent
    pictures = [o for c in saved for o in c.outputs if "image/png" in o.get("data", {})]
    assert pictures
    # What the reader sees: a picture with pixels, and no error.
    picture = panel.locator(".jp-OutputArea-output img").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    assert panel.locator("[data-mime-type$='vnd.jupyter.error']").count() == 0
