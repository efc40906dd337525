"""Where the real files lie that the checks of `make real` read; see CONTRIBUTING.md."""

import os
from pathlib import Path

from tools.notebooks import ROOT

REAL = Path(os.environ.get("REAL_FILES", ROOT.parent / "shared" / "real"))
