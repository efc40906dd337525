"""What the code loads, runs and uploads, and what the committed files give away."""

import ast
import re
import subprocess

import nbformat
import pytest

from tools.notebooks import NOTEBOOKS, ROOT, code_cells, names, solutions

FOLDERS = ("helpers", "offline", "tools", "notebooks")

# Modules that execute what they read, or are used to.
UNSAFE_MODULES = {
    *("pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal"),
    *("shelve", "jsonpickle"),
}
# Calls of a name, or of a name's attribute, that read or run what must not be.
UNSAFE_CALLS = {
    *("torch.load", "torch.save", "torch.hub.load", "torch.jit.load"),
    *("pd.read_pickle", "pandas.read_pickle", "os.system", "os.popen"),
    *("eval", "exec", "__import__", "get_ipython"),
    *("subprocess.run", "subprocess.Popen", "subprocess.call"),
    *("subprocess.check_call", "subprocess.check_output", "subprocess.getoutput"),
}
UNSAFE_ATTRIBUTES = {"to_pickle", "register_for_checkpointing"}
# Keyword arguments with a value that must not be.
UNSAFE_ARGUMENTS = {
    "trust_remote_code": True,
    "use_safetensors": False,
    "safe_serialization": False,
    "weights_only": False,
    "allow_pickle": True,
    "shell": True,
}
# What is there none the less, one by one, and why.
ALLOWED = {
    # The set-up cell, on Colab only: git and pip, lists of arguments, no shell.
    *((f"notebooks/{name}.ipynb", "subprocess.run") for name in names()),
    # Asks a new interpreter where its cache is: a constant text, no shell.
    ("notebooks/ch2_tokenizers_models.ipynb", "subprocess.check_output"),
    # Run cells of the committed notebooks: in benches and tests, with faults injected.
    ("tools/notebooks.py", "exec"),
    ("tools/faults.py", "exec"),
    # A comparison with `profile` in a committed notebook, without builtins; and ruff.
    ("tools/export.py", "eval"),
    ("tools/export.py", "subprocess.run"),
    # Starts the benchmarks, by their names in the module.
    ("tools/benchmarks.py", "subprocess.Popen"),
}
TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{16,}")
HOME = re.compile(r"(?:/home/|/Users/|C:\\+Users\\+)(?!you\b|me\b)\w+")


def sources() -> dict[str, str]:
    """The Python of every module and notebook, solutions included, by its path."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            found[path.relative_to(ROOT).as_posix()] = path.read_text("utf-8")
    for name in names():
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        cells = [cell.source for cell in code_cells(notebook)] + solutions(notebook)
        found[f"notebooks/{name}.ipynb"] = "\n\n".join(cells)
    return found


def unsafe(source: str) -> set[str]:
    """The modules, calls and arguments in a source that must not be."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = [alias.name for alias in node.names]
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name.split(".")[0] for name in modules} & UNSAFE_MODULES
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            found |= {called} & UNSAFE_CALLS
            found |= {called.split(".")[-1]} & UNSAFE_ATTRIBUTES
            for argument in node.keywords:
                if argument.arg in UNSAFE_ARGUMENTS:
                    value = ast.unparse(argument.value)
                    if value != str(not UNSAFE_ARGUMENTS[argument.arg]):
                        found.add(f"{argument.arg}={value}")
    return found


def test_nothing_unsafe_is_loaded_or_run():
    found = {(path, what) for path, text in sources().items() for what in unsafe(text)}
    assert found == ALLOWED, sorted(found ^ ALLOWED)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import pickle", "pickle"),
        ("from joblib import load", "joblib"),
        ("torch.load(file, weights_only=True)", "torch.load"),
        ("load_dataset(name, trust_remote_code=True)", "trust_remote_code=True"),
        ("load_dataset(name, trust_remote_code=trust)", "trust_remote_code=trust"),
        ("model.from_pretrained(name, use_safetensors=False)", "use_safetensors=False"),
        ("subprocess.run(f'ls {folder}', shell=True)", "shell=True"),
        ("frame.to_pickle(file)", "to_pickle"),
    ],
)
def test_the_search_finds_what_it_should(source, what):
    assert what in unsafe(source)


def test_the_text_trust_remote_code_is_nowhere_in_the_code():
    for path, text in sources().items():
        assert "trust_remote_code" not in text, path


def test_weights_are_committed_as_safetensors_only():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    files = listed.stdout.splitlines()
    endings = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".h5", ".npy", ".npz")
    assert [file for file in files if file.endswith(endings)] == []
    assert any(file.endswith(".safetensors") for file in files)


def test_no_magic_and_no_shell_line():
    """``!`` and ``%`` lines are no Python; neither are cells that begin with ``%%``."""
    for path, text in sources().items():
        lines = [line for line in text.splitlines() if re.match(r"\s*[!%]", line)]
        assert not lines, (path, lines)


@pytest.mark.parametrize("name", names())
def test_uploads_are_asked_for_and_private(name):
    """Uploads stand under `if push_to_hub:`, go to a private repository; no login."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    trees = [ast.parse(cell.source) for cell in code_cells(notebook)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    guarded = {
        id(inner)
        for node in nodes
        if isinstance(node, ast.If) and ast.unparse(node.test) == "push_to_hub"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    uploads = False
    for node in (node for node in nodes if isinstance(node, ast.Call)):
        owner, _, called = ast.unparse(node.func).rpartition(".")
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        assert called not in {"login", "notebook_login", "interpreter_login"}
        assert not {"token", "hub_token", "use_auth_token"} & given.keys()
        assert given.get("push_to_hub", "push_to_hub") == "push_to_hub"
        if called in {"push_to_hub", "create_repo", "upload_folder", "upload_file"}:
            assert id(node) in guarded, ast.unparse(node)
            uploads = True
            # The Trainer's repository is made as its arguments say.
            if owner != "trainer" and not called.startswith("upload_"):
                assert given.get("private") == "True", ast.unparse(node)
    if uploads:
        arguments = [
            {word.arg: ast.unparse(word.value) for word in node.keywords}
            for node in nodes
            if isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith("TrainingArguments")
        ]
        private = [given.get("hub_private_repo") == "True" for given in arguments]
        assert any(private), "no TrainingArguments has hub_private_repo=True"
        for given in arguments:
            if "push_to_hub" in given:
                assert given.get("hub_private_repo") == "True", given


def test_committed_texts_hold_no_token_and_no_home():
    endings = (".ipynb", ".md", ".json", ".jsonl", ".py", ".toml", ".yml", ".txt")
    folders = (*FOLDERS, "docs", "tests", ".github")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    files += ROOT.glob("*.*")
    for path in files:
        if path.suffix in endings and not path.is_relative_to(NOTEBOOKS / "outputs"):
            text = path.read_text("utf-8")
            assert not TOKEN.search(text), path
            assert path.suffix == ".py" or not HOME.search(text), path


def test_the_search_for_tokens_finds_one():
    assert TOKEN.search("token = " + "hf_" + "a1" * 17)
    assert HOME.search("/home/" + "somebody/work") and not HOME.search("/home/you")
