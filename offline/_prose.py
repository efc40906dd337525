"""English prose of the installed libraries: the sentences of their docstrings."""

import ast
import importlib.util
import random
import re
import warnings
from functools import cache
from pathlib import Path

# What `everyday_sentences` draws from.
RECIPES = ("named_entities", "question_answering", "sentiment", "zero_shot")

PACKAGES = """accelerate aiohttp babel bs4 datasets evaluate fsspec huggingface_hub
IPython jedi jinja2 joblib jupyter_client jupyter_server jupyterlab_server lxml
markdown matplotlib mistune mpmath nbformat networkx nltk notebook_shim numpy
pandas papermill pip prompt_toolkit pydantic pygments requests rich scipy
sentence_transformers setuptools sklearn sympy tokenizers torch tornado
traitlets transformers urllib3 werkzeug"""

# one sentence of words, with no code, mathematics or references in it
SENTENCE = re.compile(r"[A-Z][a-z]*(?:,? (?:[A-Za-z]+(?:[-'][a-z]+)?|\d+)){4,34}[.?!]")


def read_sentences(packages: str = PACKAGES) -> list[str]:
    """The prose sentences in the packages' docstrings, each once, in a fixed order."""
    return list(_read_sentences(packages))


@cache
def _read_sentences(packages: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for package in packages.split():
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            continue
        for path in sorted(Path(spec.submodule_search_locations[0]).rglob("*.py")):
            for docstring in read_docstrings(path):
                text = re.sub(r"\s+", " ", docstring.replace("``", "").replace("`", ""))
                for sentence in re.split(r"(?<=[.?!]) ", text):
                    if SENTENCE.fullmatch(sentence):
                        found[sentence] = None
    return tuple(found)


def read_docstrings(path: Path) -> list[str]:
    """The docstrings of a module, its classes and functions; none if it won't parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return []
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = (
        ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, kinds)
    )
    return [docstring for docstring in docstrings if docstring]


def everyday_sentences(count: int, seed: int) -> list[str]:
    """Made sentences about everyday things, from the recipes of the other heads."""
    from offline import named_entities, question_answering, sentiment, zero_shot

    rng, places = random.Random(seed), named_entities.list_places()
    rows = [text for text, _ in sentiment.make_rows(count // 2, seed)]
    rows += [text for text, _ in sentiment.read_pairs()] * 4
    rows += [r["context"] for r in question_answering.make_rows(count // 4, seed)]
    rows += [text for text, _, _ in zero_shot.make_rows(count // 8, seed)]
    makes = (named_entities.make_sentence(rng, places) for _ in range(count // 8))
    rows += [text for text, _ in makes]
    rng.shuffle(rows)
    return rows
