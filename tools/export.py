"""Writes a chapter as one Python script: one profile's branch, no notebook machinery.

    python -m tools.export ch3                         to the standard output
    python -m tools.export ch3 --profile full --set seed=1 --out mrpc.py
    accelerate launch --multi_gpu --num_processes 2 mrpc.py

Left out are the set-up cell, the cells that draw and those tagged `aside`.  Headings
become comments, imports go to the top, and what a cell shows at its end is printed.
In a chapter that trains, the first process of a machine prepares the data before the
others and alone prints; the main process alone writes the result.  With `--multi_gpu`
there are two processes also on CPUs alone.
"""

import argparse
import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat

from tools.notebooks import ROOT, NotebookError, check_parameters, find, write_utf8
from tools.run import parse_setting

UTF8 = """if hasattr(sys.stdout, "reconfigure"):  # into a file on Windows, say
    sys.stdout.reconfigure(encoding="utf-8")"""
START = """
# One process, or those that `accelerate launch` or `torchrun` started.
on_cpus = "LOCAL_RANK" in os.environ and not torch.cuda.is_available()
if on_cpus:
    os.environ["ACCELERATE_USE_CPU"] = "true"
state = PartialState(cpu=on_cpus, timeout=timedelta(hours=5))
print = state.print  # the first process of a machine only
# The first prepares the data; the others wait, then find it in the caches.
if not state.is_local_main_process:
    state.wait_for_everyone()
"""
PREPARED = """
# The data is prepared: let the other processes load it.
if state.is_local_main_process:
    state.wait_for_everyone()
"""
BARRIER = "state.wait_for_everyone()  # until the files are complete"
# `end_training` also ends the process group, which the rest of the script needs.
FINISH = "for tracker in accelerator.trackers:\n        tracker.finish()"
# Calls that write files which the next lines read.
SAVES = {"training_function", "notebook_launcher", "save_model", "save_pretrained"}


class Calls(ast.NodeVisitor):
    """Finds the names that a piece of code calls, function bodies aside."""

    def __init__(self):
        self.called, self.draws = set(), False

    def visit_FunctionDef(self, node):  # as ast names it
        pass

    def visit_Call(self, node):
        self.called.add(ast.unparse(node.func).split(".")[-1])
        self.generic_visit(node)

    def visit_Attribute(self, node):
        self.draws |= isinstance(node.value, ast.Name) and node.value.id == "plt"
        self.generic_visit(node)


def calls(source: str) -> Calls:
    """What the source calls outside of the functions that it defines."""
    found = Calls()
    found.visit(ast.parse(source))
    return found


def holds(test: ast.expr, profile: str) -> bool | None:
    """Whether a condition holds for the profile; ``None`` if it is about more."""
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    if names != {"profile"} or any(isinstance(n, ast.Call) for n in ast.walk(test)):
        return None
    code = compile(ast.Expression(test), "<condition>", "eval")
    return bool(eval(code, {"__builtins__": {}}, {"profile": profile}))


def choose(source: str, profile: str) -> str:
    """The source with each choice by ``profile`` replaced by the branch taken."""
    while True:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.If) and holds(node.test, profile) is not None:
                source = _take_branch(source, node, profile)
                break
            if isinstance(node, ast.IfExp) and holds(node.test, profile) is not None:
                branch = node.body if holds(node.test, profile) else node.orelse
                source = _replace(source, node, ast.get_source_segment(source, branch))
                break
            if isinstance(node, ast.Name) and node.id == "profile":
                source = _replace(source, node, f'"{profile}"')
                break
        else:
            return source


def _take_branch(source: str, node: ast.If, profile: str) -> str:
    lines, last = source.splitlines(), node.end_lineno
    start, indent = node.lineno - 1, " " * node.col_offset
    while not holds(node.test, profile):
        body = node.orelse
        elif_ = len(body) == 1 and isinstance(body[0], ast.If)
        if not elif_ or holds(body[0].test, profile) is None:
            break
        node = body[0]
    else:
        body = node.body
    if not body:
        return "\n".join(lines[:start] + lines[last:])
    chosen = "\n".join(lines[body[0].lineno - 1 : body[-1].end_lineno])
    chosen = re.sub(r"^(\s*)elif\b", r"\1if", chosen)
    chosen = textwrap.indent(textwrap.dedent(chosen), indent)
    return "\n".join([*lines[:start], chosen, *lines[last:]])


def _replace(source: str, node: ast.expr, text: str) -> str:
    lines = source.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    stop = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    whole = source.encode()
    return (whole[:start] + text.encode() + whole[stop:]).decode()


def _by_the_main_process(source: str, node: ast.stmt) -> str:
    """The source with one statement, alone on its lines, left to the main process."""
    lines, start = source.splitlines(), node.lineno - 1
    lines[start : node.end_lineno] = [
        " " * node.col_offset + "if state.is_main_process:",
        *(f"    {line}" for line in lines[start : node.end_lineno]),
    ]
    return "\n".join(lines)


def statements(source: str) -> list[tuple[ast.stmt, str]]:
    """The statements at the top of the source, each with its comments."""
    lines, begin, found = source.splitlines(), 0, []
    for node in ast.parse(source).body:
        text = "\n".join(lines[begin : node.end_lineno])
        found.append((node, text.strip("\n")))
        begin = node.end_lineno
    return found


def without_drawing(source: str, needed: set[str]) -> str:
    """Of a cell that draws, the assignments whose names are needed elsewhere."""
    kept, needed = [], set(needed)
    for node, text in reversed(statements(source)):
        plain = isinstance(node, ast.Assign) and not calls(text).draws
        targets = node.targets if plain else []
        bound = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        if isinstance(node, ast.Import | ast.ImportFrom) or bound & needed:
            kept.insert(0, text)
            needed |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return "\n".join(kept)


class Script:
    """A script in the making."""

    def __init__(self, profile: str, settings: dict, *, trains: bool):
        self.profile, self.settings, self.trains = profile, settings, trains
        self.imports, self.lines, self.defined = [], [], set()
        self.runs = set(SAVES)  # grows by the names of partial(training_function, …)
        self.preparing = trains

    def add_settings(self, source: str) -> None:
        """The parameters, with the values given."""
        for node, text in statements(source):
            name = node.targets[0].id
            if name in self.settings:
                text = f"{name} = {self.settings[name]!r}"
            if name != "profile":
                self.lines.append(text)
        if self.trains:
            self.imports += [
                "import os",
                "from datetime import timedelta",
                "from accelerate import PartialState",
            ]
            self.lines.append(START)

    def add_code(self, source: str, *, shows: bool, needed: set[str]) -> None:
        """A cell.

        ``shows``: it ends in an expression whose value is shown.  ``needed``: the
        names that later cells read.
        """
        source = re.sub(r"^# Same as helpers\..*\n", "", source, flags=re.M)
        source = source.replace("accelerator.end_training()", FINISH)
        source = choose(source, self.profile)
        found = calls(source)
        if found.draws:
            source = without_drawing(source, needed)
        if self.preparing and any(
            n.endswith("TrainingArguments") for n in found.called
        ):
            self.lines.append(PREPARED)
            self.preparing = False
        cell, lines = statements(source), []
        for number, (node, text) in enumerate(cell, start=1):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.imports.append(ast.unparse(node))
                continue
            if isinstance(node, ast.Expr):
                if shows and number == len(cell):
                    text = f"print({ast.get_source_segment(source, node)})"
                elif not isinstance(node.value, ast.Call):
                    continue
            lines += self.for_processes(node, text) if self.trains else [text]
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.defined.add(node.name)
        if self.trains and "save_result" in found.called:
            body = textwrap.indent("\n".join(lines), "    ")
            lines = [f"if state.is_main_process:\n{body}"]
        self.lines += [*lines, ""]

    def for_processes(self, node: ast.stmt, text: str) -> list[str]:
        """A statement as it must stand where several processes meet it."""
        called = calls(text).called
        assigned = isinstance(node, ast.Assign)
        if assigned and "partial" in called and "training_function" in text:
            self.runs.add(node.targets[0].id)
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and "notebook_launcher" in ast.unparse(
                call.func
            ):
                function, arguments = map(ast.unparse, call.args)
                launched = ast.get_source_segment(text, call)
                text = text.replace(launched, f"{function}(*{arguments})")
        for each in ast.walk(ast.parse(text)):
            if isinstance(each, ast.Expr) and "rmtree" in ast.unparse(each.value):
                text = _by_the_main_process(text, each)
        if "save_pretrained" in called:
            text = f"if state.is_main_process:\n{textwrap.indent(text, '    ')}"
        return [text, BARRIER] if called & self.runs else [text]

    def text(self, docstring: str) -> str:
        """The script, its imports sorted, what it does not use removed, formatted."""
        imports = []
        for line in dict.fromkeys(self.imports):
            node = ast.parse(line).body[0]
            node.names = [n for n in node.names if n.name not in self.defined]
            if node.names:
                imports.append(ast.unparse(node))
        source = "\n".join([docstring, *imports, *self.lines]) + "\n"
        name = str(ROOT / "exported.py")  # for the settings in pyproject.toml
        for command in (["check", "--fix", "--select=F401,I"], ["format"]):
            command = [sys.executable, "-m", "ruff", *command, "--stdin-filename", name]
            done = subprocess.run(
                [*command, "-"], input=source, capture_output=True, encoding="utf-8"
            )
            if done.returncode:
                raise NotebookError(f"the script is not valid Python: {done.stderr}")
            source = done.stdout
        return source


def export(
    name: str,
    profile: str = "tiny",
    settings: dict | None = None,
    *,
    file: str | None = None,
) -> str:
    """The chapter as the text of a Python script.

    Args:
        name: a notebook's name, a beginning of it, or a path.
        profile: whose branch the script takes.
        settings: values for its ``parameters`` cell.
        file: the script's name in its docstring; the notebook's by default.

    Raises:
        NotebookError: there is no such notebook, or it has no such setting.
    """
    path = find(name)
    check_parameters(path, settings or {})
    notebook = nbformat.read(path, as_version=4)
    sources = [cell.source for cell in notebook.cells]
    trains = any("def training_function(" in source for source in sources)
    reads = [
        {n.id for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name)}
        if cell.cell_type == "code"
        else set()
        for cell in notebook.cells
    ]
    script = Script(profile, settings or {}, trains=trains)
    script.imports.append("import sys")
    script.lines.append(UTF8)
    for number, cell in enumerate(notebook.cells[1:], start=2):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            # A heading, not a comment in a solution's code.
            text = re.sub(r"```.*?```", "", cell.source, flags=re.S)
            for heading in re.findall(r"^##+ (.*)", text, re.M):
                script.lines.append(f"\n\n# {heading.replace('`', '')}\n")
        elif "parameters" in tags:
            script.add_settings(cell.source)
        elif "setup" not in tags and "aside" not in tags:
            shown = [output.output_type for output in cell.outputs]
            needed = set().union(*reads[number:])
            script.add_code(cell.source, shows="execute_result" in shown, needed=needed)
    while script.lines[-1].startswith("\n\n#"):  # Recap, Exercises
        script.lines.pop()
    title, _, rest = sources[0].removeprefix("# ").partition("\n")
    paragraphs = rest.strip().split("\n\n")
    first = next((each for each in paragraphs if each[:1].isalpha()), "")
    file = file or f"{path.stem}.py"
    commands = [f"python {file}"]
    if trains:
        # On CPUs alone, `accelerate launch` without --multi_gpu starts one process.
        launch = "accelerate launch --multi_gpu --num_processes 2"
        commands.append(f"{launch} {file}")
    docstring = f'"""{title}.\n\n{first}\n\nnotebooks/{path.name}, profile {profile!r}:'
    docstring += "".join(f"\n\n    {command}" for command in commands) + '\n"""'
    return script.text(docstring.replace("\\", "\\\\"))


def main(argv=None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--profile", default="tiny", choices=("tiny", "sample", "full"))
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=parse_setting,
        metavar="name=value",
        help="a value for the notebook's parameters cell",
    )
    parser.add_argument("--out", type=Path, metavar="FILE")
    arguments = parser.parse_args(argv)
    try:
        file = arguments.out and arguments.out.name
        settings = dict(arguments.set)
        source = export(arguments.name, arguments.profile, settings, file=file)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(source, encoding="utf-8")
    else:
        write_utf8()
        sys.stdout.write(source)
    return 0


if __name__ == "__main__":
    sys.exit(main())
