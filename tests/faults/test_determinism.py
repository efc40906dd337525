"""The same seed, the same machine: the same outputs, for every notebook."""

import json
import re
import shutil

import nbformat
import pytest

from tools.notebooks import code_cells, names
from tools.run import execute

# Some texts tell how fast this machine was, or where it keeps its files.
SPEEDS = re.compile(
    r"'?\w*(runtime|per_second|seconds)'?: '?[\d.]+'?|[\d.,]+ ?(s|it|samples)/s"
)


def shown(path: str) -> list[str]:
    """What each cell of an executed notebook has printed or returned, in one piece.

    The kernel sends what is printed when it has time to, in other pieces each time.
    """
    texts = []
    for cell in code_cells(nbformat.read(path, as_version=4)):
        printed = [
            out.text if "text" in out else out.get("data", {}).get("text/plain", "")
            for out in cell.outputs
            if out.get("name") != "stderr"  # progress bars
        ]
        texts.append(SPEEDS.sub("", "".join(printed)))
    return texts


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_two_runs_show_the_same(name, tmp_path):
    runs = []
    for number in (1, 2):
        # The same folder: what a cell prints may hold its name.
        settings = {"profile": "tiny", "output_dir": str(tmp_path / "outputs")}
        report = execute(name, settings, tmp_path / str(number))
        runs.append((report["result"], shown(report["notebook"])))
        shutil.rmtree(tmp_path / "outputs")
    (first, first_texts), (second, second_texts) = runs
    assert json.dumps(first) == json.dumps(second)
    assert len(first_texts) > 10
    assert first_texts == second_texts
