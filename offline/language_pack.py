"""Real French interface strings: JupyterLab's language pack for France.

``jupyterlab-language-pack-fr-FR`` by the Jupyter contributors (BSD-3-Clause) is read
where it is installed; nothing of it is copied.  ``helpers.translation.load_catalogues``
reads the folder.
"""

import importlib.util
from pathlib import Path


def location() -> Path:
    """The folder of the catalogues inside the installed package.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    spec = importlib.util.find_spec("jupyterlab_language_pack_fr_FR")
    if spec is None:
        raise ModuleNotFoundError(
            "the tiny profile reads French interface strings from the package "
            "jupyterlab-language-pack-fr-FR; `pip install -r requirements.txt` brings "
            "it"
        )
    return Path(spec.origin).parent / "locale" / "fr_FR" / "LC_MESSAGES"
