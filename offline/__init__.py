"""Stand-ins of the ``tiny`` profile: data sets and checkpoints in local folders.

Every module here whose name begins without an underscore is the recipe of one stand-in.
It defines ``build(folder)``, which writes the data set or checkpoint into an empty
folder, and may define

* ``DISTRIBUTIONS``: names of installed packages whose version the result depends on;
* ``RECIPES``: names of other recipes (modules of this package) that it is made from;
* ``FILES``: committed files beside us that ``build`` reads;
* ``location()``, which is asked instead of ``build``: a folder that is there already,
  in an installed package or beside us.

Recipes whose result takes minutes to make keep it in ``offline/checkpoints/<name>``;
``python -m offline NAME`` makes it again.
"""

import hashlib
import importlib
import importlib.metadata
import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock

PACKAGE = Path(__file__).parent
COMMITTED = PACKAGE / "checkpoints"


def cache_folder() -> Path:
    """Where built stand-ins lie: ``$COMPANION_CACHE``, else ``.cache`` beside us."""
    default = PACKAGE.parent / ".cache" / "offline"
    return Path(os.environ.get("COMPANION_CACHE", default))


def names() -> list[str]:
    """The names that :func:`stand_in` knows."""
    return sorted(
        path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("_")
    )


def recipe_hash(name: str) -> str:
    """Twelve hex digits that change when the recipe of ``name`` changes."""
    module = importlib.import_module(f"offline.{name}")
    digest = hashlib.sha256((PACKAGE / f"{name}.py").read_text("utf-8").encode())
    for distribution in getattr(module, "DISTRIBUTIONS", ()):
        digest.update(importlib.metadata.version(distribution).encode())
    for recipe in getattr(module, "RECIPES", ()):
        digest.update(recipe_hash(recipe).encode())
    return digest.hexdigest()[:12]


def stand_in(name: str) -> str:
    """The local folder of the stand-in ``name``, built first where it is missing.

    The folder can be given to ``load_dataset`` or ``from_pretrained``.  A build goes
    to a temporary folder that is renamed when complete, so an interrupted one is never
    taken for whole, and two processes that ask at once build once.

    Raises:
        ValueError: no recipe has this name.
    """
    if name not in names():
        raise ValueError(f"no stand-in named {name!r}; there are {', '.join(names())}")
    if (COMMITTED / name).is_dir():
        return str(COMMITTED / name)
    module = importlib.import_module(f"offline.{name}")
    if hasattr(module, "location"):
        return str(module.location())
    digest = hashlib.sha256(recipe_hash(name).encode())
    for file in getattr(module, "FILES", ()):
        digest.update((PACKAGE / file).read_bytes())
    folder = cache_folder() / f"{name}-{digest.hexdigest()[:12]}"
    if not folder.is_dir():
        build(name, folder)
    return str(folder)


def build(name: str, folder: Path) -> None:
    """Runs the recipe ``name`` into ``folder``, which appears when it is complete."""
    module = importlib.import_module(f"offline.{name}")
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(folder.name + ".lock")):
        if folder.is_dir():
            return
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{name}-"))
        try:
            module.build(work)
            work.chmod(0o755)
            work.rename(folder)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
