"""Executes notebooks with papermill, strictly, and prints one row for each.

    python -m tools.run                         every notebook, tiny profile
    python -m tools.run ch3 --set seed=1        one of them, with another seed
    python -m tools.run ch3 --profile full      the course's own run, on a CUDA GPU

Executed copies, a page of each and what the notebooks save go to the output folder.
What a notebook saved there before is deleted, unless you give `--set resume=True`; with
another profile than tiny, a folder that holds checkpoints is refused instead.
The exit status is 0 if every notebook ran to its end and beat its baseline.
"""

import argparse
import ast
import atexit
import functools
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import papermill
from filelock import FileLock, Timeout
from ipykernel.kernelspec import write_kernel_spec
from nbclient.exceptions import DeadKernelError
from nbconvert import HTMLExporter

from tools.notebooks import (
    NOTEBOOKS,
    ROOT,
    NotebookError,
    check_executed,
    check_parameters,
    find,
    names,
    solutions,
    write_utf8,
)


@functools.cache
def use_this_interpreter() -> str:
    """The name of a kernel that runs the interpreter of this process; made once.

    A ``python3`` kernel found elsewhere on the machine may be another environment's.
    The environment variables that kernels inherit are set on the way.
    """
    folder = Path(tempfile.mkdtemp(prefix="companion-kernel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kernel = folder / "kernels" / "companion"
    kernel.parent.mkdir()
    write_kernel_spec(kernel, extra_arguments=["--log-level=ERROR"])
    paths = [str(folder), os.environ.get("JUPYTER_PATH", "")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, paths))
    # Notebooks import `helpers` from this checkout also where it is not installed.
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    return kernel.name


def as_notebooks_see_it(folder: Path) -> str:
    """A folder of this checkout as a relative path, which tells no user's name."""
    if not folder.is_relative_to(ROOT):
        return str(folder)
    return Path(os.path.relpath(folder, NOTEBOOKS)).as_posix()


def execute(
    name: str,
    settings: dict,
    out: Path,
    *,
    with_solutions: bool = False,
) -> dict:
    """Executes one notebook and reads what it saved.

    Args:
        name: a notebook's name, a beginning of it, or a path.
        settings: values for its ``parameters`` cell.
        out: folder for the executed copy and its page.
        with_solutions: also run the exercises' solutions after the last cell.

    Returns:
        ``name``, ``cells``, ``seconds``, ``result`` (the content of ``results.json``,
        or ``None``) and ``notebook``, the path of the executed copy.

    Raises:
        NotebookError: the notebook cannot be run with these settings, ``out`` is its
            own folder, a cell failed or did not run, or the kernel died.
    """
    source = find(name)
    check_parameters(source, settings)
    out.mkdir(parents=True, exist_ok=True)
    copy = out / source.name
    if copy.resolve() == source.resolve():
        raise NotebookError(
            f"--out {out} would overwrite {source.name}: give another folder"
        )
    if settings.get("profile", "tiny") == "tiny":
        # Proves that nothing is fetched, and lets a forgotten name fail at once.
        os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1")
    notebook = nbformat.read(source, as_version=4)
    if with_solutions:
        added = [nbformat.v4.new_code_cell(code) for code in solutions(notebook)]
        notebook.cells += added
        source = out / f".{source.name}"
        nbformat.write(notebook, source)
    output_dir = Path(settings.get("output_dir", f"outputs/{copy.stem}"))
    results = (NOTEBOOKS / output_dir / "results.json").resolve()
    results.unlink(missing_ok=True)
    start = time.perf_counter()
    try:
        executed = papermill.execute_notebook(
            source,
            copy,
            parameters=settings,
            cwd=NOTEBOOKS,
            kernel_name=use_this_interpreter(),
            progress_bar={"desc": copy.stem, "leave": False, "disable": None},
        )
    except papermill.PapermillExecutionError as error:
        first_line = error.source.strip().partition("\n")[0]
        raise NotebookError(
            f"{copy.stem}, the cell `{first_line}`: {error.ename}: {error.evalue}"
        ) from None
    except DeadKernelError as error:  # as when the system is short of memory
        raise NotebookError(f"{copy.stem}: {error}; was memory short?") from None
    finally:
        if with_solutions:
            source.unlink()
    cells = check_executed(executed, copy.stem)
    seconds = time.perf_counter() - start
    for path in ("input_path", "output_path"):  # they name the user's home
        executed.metadata["papermill"].pop(path, None)
    nbformat.write(executed, copy)
    page, _ = HTMLExporter().from_notebook_node(executed)
    copy.with_suffix(".html").write_text(page, encoding="utf-8")
    result = json.loads(results.read_text("utf-8")) if results.is_file() else None
    return {
        "name": copy.stem,
        "cells": cells,
        "seconds": seconds,
        "result": result,
        "notebook": str(copy),
    }


def take(lock: Path, folder: Path):
    """Takes a lock; :class:`NotebookError` if a run in the folder has it."""
    try:
        return FileLock(lock).acquire(timeout=0)
    except Timeout:
        raise NotebookError(
            f"another run is at work in {folder}: wait for it, or stop it"
        ) from None


@contextmanager
def fresh_folder(folder: Path, settings: dict):
    """Keeps other runs out of a notebook's output folder; empties it but for `resume`.

    Raises:
        NotebookError: another run is at work there, or it would delete checkpoints and
            the settings' profile is not tiny.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with take(folder.with_name(f".{folder.name}.lock"), folder):
        if not settings.get("resume"):
            for lock in folder.rglob("_lock"):  # that of a training in JupyterLab, say
                with take(lock, lock.parent):
                    pass
            trained = any(folder.rglob("checkpoint-*/manifest.json"))
            if trained and settings.get("profile", "tiny") != "tiny":
                raise NotebookError(
                    f"there are checkpoints in {folder}: add --set resume=True, or "
                    "delete the folder"
                )
            shutil.rmtree(folder, ignore_errors=True)
        yield


def execute_afresh(path: Path, settings: dict, out: Path, **options) -> dict:
    """:func:`execute`, in a fresh folder below ``out`` if the settings name none."""
    if "output_dir" in settings:
        return execute(str(path), settings, out, **options)
    folder = out / "outputs" / path.stem
    given = {"output_dir": as_notebooks_see_it(folder), **settings}
    with fresh_folder(folder, settings):
        return execute(str(path), given, out, **options)


def row(report: dict) -> tuple[str, bool]:
    """A line of the table for what :func:`execute` returned, and whether it is good."""
    columns = [
        f"{report['name']:<24}",
        f"{report['cells']:>3} cells",
        f"{report['seconds']:>6.0f} s",
    ]
    result = report["result"]
    if result is None:
        columns.append("saved no results.json")
        return "  ".join(columns), False
    course = "none" if result["course"] is None else f"{result['course']:g}"
    columns.append(
        f"{result['metric']} {result['value']:.4g}"
        f"  baseline {result['baseline']:.4g}  course {course}"
    )
    if not result["learned"]:
        columns.append("DID NOT LEARN")
    return "  ".join(columns), result["learned"]


def parse_setting(text: str) -> tuple[str, object]:
    """``name=value`` as a pair; the value as Python reads it, else as a string."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form name=value")
    if name == "profile":
        raise argparse.ArgumentTypeError("give the profile with --profile")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def parse_arguments(argv=None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--profile", default="tiny")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=parse_setting,
        metavar="name=value",
        help="a value for the notebook's parameters cell",
    )
    parser.add_argument("--out", type=Path, help="default: runs/<profile>")
    parser.add_argument(
        "--with-solutions", action="store_true", help="run the exercises' solutions too"
    )
    return parser.parse_args(argv)


def run_all(paths: list[Path], settings: dict, out: Path, **options) -> bool:
    """Executes the notebooks, prints a row for each, and tells whether all are good."""
    good = True
    for path in paths:
        try:
            line, fine = row(execute_afresh(path, settings, out, **options))
        except NotebookError as error:
            line, fine = f"FAILED  {error}", False
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            line, fine = f"FAILED  {path.stem}: {why}", False
        good = good and fine
        print(line, flush=True)
    return good


def main(argv=None) -> int:
    """The command; returns the exit status."""
    arguments = parse_arguments(argv)
    write_utf8()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    out = (arguments.out or ROOT / "runs" / arguments.profile).resolve()
    settings = {"profile": arguments.profile, **dict(arguments.set)}
    try:
        paths = [find(name) for name in arguments.names or names()]
        for path in paths:
            check_parameters(path, settings)
        options = {"with_solutions": arguments.with_solutions}
        return 0 if run_all(paths, settings, out, **options) else 1
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        logging.disable()  # the notebook's unfinished tasks would be complained of
        print("interrupted: no notebook is running any more", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
