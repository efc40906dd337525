"""Notebooks as texts: what a reader, papermill and git rely on."""

import ast
import base64
import builtins
import importlib
import re
import textwrap

import nbformat
import pytest
from pyflakes import api, reporter

from tools.notebooks import (
    CHAPTERS,
    NOTEBOOKS,
    ROOT,
    check_parameters,
    code_cells,
    code_digest,
    names,
    solutions,
    tagged,
    training_names,
)
from tools.reference_pages import pinned
from tools.refresh import clean

TRAINING = training_names()
PARAMETERS = {"profile", "output_dir", "seed"}
LIMITS = {"cell": 30, "loop": 45, "columns": 88, "fewest": 30, "most": 75}
LIMITS |= {"bytes": 200_000, "picture": 30_000}


@pytest.fixture(params=names())
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def definitions(tree: ast.AST) -> dict[str, ast.AST]:
    """The functions and classes at the top of a module."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name: node for node in tree.body if isinstance(node, kinds)}


# What a helper is called, and functions of a notebook's own that share a name with one.
SHARED = {
    function
    for module in sorted((ROOT / "helpers").glob("*.py"))
    for function in definitions(ast.parse(module.read_text("utf-8")))
}
OTHERS = {
    "ch2_tokenizers_models": {"train_tokenizer"},
    "appendix_questions": {"split_words"},
}


def without_docstrings(node: ast.AST) -> str:
    """A syntax tree as text; docstrings, and annotations of functions, aside."""
    node = ast.parse(ast.unparse(node)).body[0]
    for inner in ast.walk(node):
        if isinstance(inner, (ast.FunctionDef, ast.ClassDef)):
            if ast.get_docstring(inner) is not None:
                inner.body = inner.body[1:] or [ast.Pass()]
            if isinstance(inner, ast.FunctionDef):
                inner.returns = None
        if isinstance(inner, ast.arg):
            inner.annotation = None
    return ast.unparse(node)


def test_parameters_are_flat_literals(name, notebook):
    check_parameters(NOTEBOOKS / f"{name}.ipynb", {})
    cell = next(c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    assigned = set()
    for line in filter(str.strip, cell.source.splitlines()):
        statement = ast.parse(line).body[0]
        assert line.count("=") == 1, line
        ast.literal_eval(statement.value)
        assigned.add(statement.targets[0].id)
    assert assigned >= PARAMETERS


def test_executed_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_outputs_belong_to_the_code(notebook):
    """`make refresh` notes the digest of the code that it executed."""
    assert notebook.metadata["companion"]["code_digest"] == code_digest(notebook)


def test_outputs_are_clean(name, notebook):
    path = NOTEBOOKS / f"{name}.ipynb"
    assert path.stat().st_size <= LIMITS["bytes"]
    assert "widgets" not in notebook.metadata
    text = path.read_text("utf-8")
    assert not re.search(r"/(tmp|root|home|work|Users)/", text)
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            kinds = output.get("data", {})
            assert not [kind for kind in kinds if "widget" in kind], cell.source
            shown = output.get("text", "") + "".join(
                str(value) for kind, value in kinds.items() if kind.startswith("text/")
            )
            assert not re.search(r"\d%\||<progress|it/s\b|s/it\b", shown), shown[:200]
            assert not re.search(r"\b\d+(\.\d+)? ?(s|ms|seconds)\b", shown), shown[:200]
            assert "_runtime" not in shown and "_per_second" not in shown, shown[:200]


def test_cells_are_short(notebook):
    assert LIMITS["fewest"] <= len(code_cells(notebook)) <= LIMITS["most"]
    for cell in code_cells(notebook):
        lines = cell.source.splitlines()
        limit = LIMITS["loop" if "training_function(" in cell.source else "cell"]
        assert len(lines) <= limit, f"{len(lines)} lines: {lines[0]}"
        assert max(map(len, lines), default=0) <= LIMITS["columns"], cell.source


def test_no_undefined_names(name, notebook, tmp_path):
    """pyflakes over the joined cells, the solutions after them."""
    sources = [cell.source for cell in code_cells(notebook)] + solutions(notebook)
    module = tmp_path / f"{name}.py"
    module.write_text("\n\n".join(sources), encoding="utf-8")
    with open(tmp_path / "messages", "w+", encoding="utf-8") as messages:
        api.checkPath(str(module), reporter.Reporter(messages, messages))
        messages.seek(0)
        found = [line for line in messages if "undefined name" in line]
    assert not found


def keywords_of_calls(notebook, *functions) -> list[dict]:
    """The keyword arguments of each call of these, also through `functools.partial`."""
    trees = [ast.parse(cell.source) for cell in code_cells(notebook)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    found = []
    for call in nodes:
        if not isinstance(call, ast.Call):
            continue
        called = ast.unparse(call.func)
        if called == "functools.partial":
            called = ast.unparse(call.args[0])
        if called in functions:
            found.append({word.arg: ast.unparse(word.value) for word in call.keywords})
    return found


@pytest.mark.parametrize("name", TRAINING, indirect=True)
def test_both_trainings_are_given_the_settings(name, notebook):
    [loop] = keywords_of_calls(notebook, "training_function")
    assert (loop["resume"], loop["mixed_precision"]) == ("resume", "precision")
    # 7.5 makes others before these, to show an error.
    kinds = ("TrainingArguments", "Seq2SeqTrainingArguments")
    *_, given = keywords_of_calls(notebook, *kinds)
    assert given["use_cpu"] == "device.type == 'cpu'"
    assert given["bf16"] == "precision == 'bf16'"
    assert given["seed"] == "seed"
    if name != "ch7_summarization":  # an mT5 overflows in fp16
        assert given["fp16"] == "precision == 'fp16'"
    if name == "ch7_clm_codeparrot":
        assert loop["gradient_accumulation_steps"] == "accumulation"
        assert given["gradient_accumulation_steps"] == "accumulation"
        assert loop["dynamo_backend"] == "'inductor' if compiles else 'no'"
        assert given["torch_compile"] == "compiles"


def test_functions_read_only_their_arguments(notebook):
    """A function copied out of its cell works: it needs nothing from other cells."""
    for cell in code_cells(notebook):
        tree = ast.parse(cell.source)
        here = {
            (alias.asname or alias.name).split(".")[0]
            for node in tree.body
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        } | set(definitions(tree))
        for function in definitions(tree).values():
            inner = {node for node in ast.walk(function) if isinstance(node, ast.Name)}
            stored = {n.id for n in inner if not isinstance(n.ctx, ast.Load)}
            stored |= {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
            stored |= {
                (alias.asname or alias.name).split(".")[0]
                for node in ast.walk(function)
                if isinstance(node, (ast.Import, ast.ImportFrom))
                for alias in node.names
            }
            stored |= {
                node.name
                for node in ast.walk(function)
                if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler))
            }
            read = {node.id for node in inner if isinstance(node.ctx, ast.Load)}
            outside = read - stored - here - set(dir(builtins))
            assert not outside, f"{function.name} reads {sorted(outside)}"


def test_checked_copies(name, notebook):
    """A definition headed `# Same as helpers.m.f` is the helper's, to the last name.

    What bears a helper's name has such a header, so that a misspelt one shows.
    """
    for cell in code_cells(notebook):
        marked = re.findall(r"^# Same as helpers\.\w+\.(\w+)$", cell.source, re.M)
        shown = SHARED & set(definitions(ast.parse(cell.source)))
        assert shown - OTHERS.get(name, set()) == set(marked), cell.source
        for home in re.findall(r"^# Same as (helpers\.[\w.]+)$", cell.source, re.M):
            module, _, function = home.rpartition(".")
            source = importlib.import_module(module).__file__
            with open(source, encoding="utf-8") as file:
                original = definitions(ast.parse(file.read()))[function]
            shown = definitions(ast.parse(cell.source))[function]
            assert without_docstrings(shown) == without_docstrings(original), home


def test_starts_as_all_do(name, notebook):
    """The set-up cell is the same everywhere, and an opening list has its recap."""
    first = nbformat.read(NOTEBOOKS / f"{names()[0]}.ipynb", as_version=4)
    assert code_cells(notebook)[0].source == code_cells(first)[0].source
    texts = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    assert texts[0].startswith("# ")
    promised = next(text for text in texts if text.startswith("**You will**"))
    recap = next(text for text in texts if text.startswith("## Recap"))
    assert promised.count("\n- ") == recap.count("\n- ")


def test_cells_that_use_a_model_name_what_they_need(name, notebook):
    """Every chapter that trains has one; tests/smoke runs it alone."""
    found = tagged(notebook, "use")
    assert len(found) == (name in TRAINING)
    for cell in found:
        assert cell.source.startswith("# Needs only output_dir, and the model that was")


def test_readme_lists_the_notebooks():
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = re.findall(r"\(notebooks/(\w+)\.ipynb\)", readme)
    assert listed == names()


def test_chapters_have_their_place():
    """`names()` puts what `CHAPTERS` lacks after the appendices."""
    assert [name for name in names() if name.startswith("ch")] == list(CHAPTERS)


def test_solutions_are_python(notebook):
    for code in solutions(notebook):
        ast.parse(textwrap.dedent(code))


def test_the_site_swallows_no_line(notebook):
    """To MyST a line that begins with % is a comment, +++ a break, (x)= a target."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"^```.*?^```", "", cell.source, flags=re.M | re.S)
            assert not re.findall(r"^(?:%|\+\+\+|\([^)\s]+\)=).*", prose, re.M)


def test_results_of_seed_42_are_those_of_the_outputs(name, notebook):
    [results] = [c.source for c in notebook.cells if "## Results" in c.source] or [""]
    rows = re.findall(r"^.*\| 42 \|.*$", results, re.M)
    assert bool(rows) == (name in TRAINING)
    shown = "\n".join(texts(notebook)).replace(",", "")
    found = [float(number) for number in re.findall(r"\d+\.\d+", shown)]
    for number in re.findall(r"\d+\.\d+", " ".join(rows)):
        half = 0.5 / 10 ** len(number.partition(".")[2]) + 1e-9
        assert any(abs(value - float(number)) <= half for value in found), number


def test_outputs_were_made_with_the_pinned_versions(notebook):
    """After a change of `constraints.txt`: `make refresh`."""
    pins = pinned()
    printed = re.findall(r"^(\w+) +(\d+\.\d[\d.]*)", "\n".join(texts(notebook)), re.M)
    versions = {name: version for name, version in printed if name in pins}
    assert versions and versions == {name: pins[name] for name in versions}


def texts(notebook) -> list[str]:
    """What the outputs say in plain text."""
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    shown = [output.get("data", {}).get("text/plain", "") for output in outputs]
    return [output.get("text", "") for output in outputs] + shown


def figures(notebook) -> list[tuple]:
    """Code cells with a picture among their outputs, each with the picture's bytes."""
    found = []
    for cell in code_cells(notebook):
        for output in cell.outputs:
            for kind, value in output.get("data", {}).items():
                if kind == "image/svg+xml":
                    found.append((cell, value.encode()))
                elif kind.startswith("image/"):
                    found.append((cell, base64.b64decode(value)))
    return found


def test_figures_are_described_and_small(notebook):
    """The alt text is where myst-nb, which makes the site, reads it."""
    for cell, picture in figures(notebook):
        image = cell.metadata.get("mystnb", {}).get("image", {})
        assert len(image.get("alt", "").split()) >= 5, cell.source
        assert len(picture) <= LIMITS["picture"], cell.source


def test_refresh_keeps_what_the_site_reads(notebook):
    """Cleaning a clean notebook changes nothing in its cells."""
    before = [dict(cell.metadata) for cell in notebook.cells]
    clean(notebook)
    assert [dict(cell.metadata) for cell in notebook.cells] == before
