"""Cells that define something work alone: copied into an empty module, they import."""

import ast
import importlib.util

import nbformat
import pytest

from tools.notebooks import NOTEBOOKS, code_cells, names, solutions

DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def definition_cells() -> list:
    """Every cell that only defines and imports, and defines something."""
    found = []
    for name in names():
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        sources = [cell.source for cell in code_cells(notebook)] + solutions(notebook)
        for source in sources:
            body = ast.parse(source).body
            defined = [
                node.name
                for node in body
                if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            ]
            if defined and all(isinstance(node, DEFINITIONS) for node in body):
                label = f"{name}-{'-'.join(defined)}"
                found.append(pytest.param(source, defined, id=label))
    return found


@pytest.mark.parametrize(("source", "defined"), definition_cells())
def test_a_definition_cell_is_a_module(source, defined, tmp_path):
    path = tmp_path / "copied.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("copied", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in defined:
        assert getattr(module, name).__module__ == "copied"


def test_the_training_functions_are_among_them():
    found = {param.id for param in definition_cells()}
    for name in names():
        if name.startswith(("ch3", "ch7")):
            assert f"{name}-training_function" in found
