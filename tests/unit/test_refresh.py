"""What `make refresh` leaves of a run's outputs."""

import nbformat
import pytest

from tools import refresh
from tools.notebooks import names
from tools.refresh import clean, join_streams


def stream(text: str, name: str = "stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def test_a_line_that_was_sent_in_pieces_is_whole():
    picture = nbformat.v4.new_output("display_data", {"image/png": "aGk="})
    outputs = [stream("ids 100,"), stream(" 200\n"), picture, stream("a"), stream("b")]
    joined = join_streams(outputs)
    assert [out.get("text") for out in joined] == ["ids 100, 200\n", None, "ab"]


def test_errors_are_not_joined_with_what_is_printed():
    outputs = [stream("a"), stream("b", "stderr"), stream("c")]
    assert [out.text for out in join_streams(outputs)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "bar", ["  50%|#####     | 1/2", "Map: 10 examples/s", "3.1 it/s", "  \n"]
)
def test_progress_bars_go_and_what_stands_around_them_is_joined(bar):
    cell = nbformat.v4.new_code_cell("x")
    cell.outputs = [stream("a"), stream(bar, "stderr"), stream("b")]
    cell.metadata = {"tags": ["use"], "papermill": {"duration": 1}}
    clean(nbformat.v4.new_notebook(cells=[cell]))
    assert [out.text for out in cell.outputs] == ["ab"]
    assert cell.metadata == {"tags": ["use"]}


@pytest.mark.parametrize(
    ("data", "goes"),
    [
        ({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Map"}, True),
        ({"text/html": ""}, True),
        ({"text/html": "<style>/* Turns off */ progress {}</style>"}, True),
        ({"text/html": "<style>td {}</style><table></table>"}, False),
        ({"text/html": "<table>in progress</table>"}, False),
        ({"text/plain": "3"}, False),
    ],
)
def test_which_outputs_are_progress(data, goes):
    output = nbformat.v4.new_output("display_data", data)
    assert refresh.is_progress(output) is goes


def test_which_notebooks_are_refreshed(monkeypatch, capsys):
    done = []
    monkeypatch.setattr(
        refresh, "refresh", lambda name: done.append(name) or refresh.find(name)
    )
    assert refresh.main([]) == 0 and done == names()
    done.clear()
    assert refresh.main(["ch3"]) == 0 and done == ["ch3"]
    monkeypatch.setattr(refresh, "refresh", refresh.find)
    assert refresh.main(["ch9"]) == 1
    assert "no notebook called 'ch9'" in capsys.readouterr().err


def test_refresh_clears_output_metadata():
    cell = nbformat.v4.new_code_cell("x")
    cell.outputs = [
        nbformat.v4.new_output("display_data", {"text/plain": "1"}, metadata={"a": 1})
    ]
    clean(nbformat.v4.new_notebook(cells=[cell]))
    assert cell.outputs[0].metadata == {}
