"""Runs the benchmarks and writes what they print to docs/benchmarks.md.

    python -m tools.benchmarks                every benchmark of this machine
    python -m tools.benchmarks translation    one of them

The page has a section for each benchmark on a CPU and on a GPU; the machine decides
which of the two is written.  On a CPU the shapes of the `full` profile are left out.
"""

import argparse
import datetime
import os
import subprocess
import sys

import torch
import transformers

from tools.measuring import hardware
from tools.notebooks import ROOT, write_utf8
from tools.reliability import write_section

PAGE = ROOT / "docs" / "benchmarks.md"
# The module of each benchmark, and on which machines it runs.
BENCHMARKS = {
    "training": ("tools.bench_training", ("cpu", "gpu")),
    "translation": ("tools.bench_translation", ("cpu", "gpu")),
    "causal_lm": ("tools.bench_causal_lm", ("cpu", "gpu")),
    "shapes": ("tools.bench_shapes", ("gpu",)),
}


def run(module: str) -> str:
    """What a benchmark prints, which is shown meanwhile.

    Raises:
        subprocess.CalledProcessError: the benchmark failed.
    """
    command = [sys.executable, "-m", module]
    lines = []
    utf8 = {**os.environ, "PYTHONUTF8": "1"}  # on Windows too
    with subprocess.Popen(
        command, cwd=ROOT, env=utf8, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return "".join(lines)


def section(module: str, printed: str) -> str:
    """The text of a section: what was printed, when, on what, and by which command."""
    today = datetime.date.today().isoformat()
    versions = f"torch {torch.__version__}, transformers {transformers.__version__}"
    return (
        f"```text\n{printed.rstrip()}\n```\n\n"
        f"`python -m {module}`, {today}, {hardware()}, {versions}."
    )


def main(argv=None) -> int:
    """The command; returns the exit status."""
    write_utf8()
    kind = "gpu" if torch.cuda.is_available() else "cpu"
    here = [name for name, (_, kinds) in BENCHMARKS.items() if kind in kinds]
    parser = argparse.ArgumentParser(
        prog="python -m tools.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *here])
    for name in parser.parse_args(argv).names or here:
        module, _ = BENCHMARKS[name]
        print(f"{module}, on {hardware()}", flush=True)
        try:
            printed = run(module)
        except subprocess.CalledProcessError as error:
            print(error, file=sys.stderr)
            return 1
        write_section(f"{name} {kind}", section(module, printed), PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
