"""``python -m offline NAME …``: makes the committed checkpoints again."""

import argparse
import shutil

from offline import COMMITTED, build

parser = argparse.ArgumentParser(prog="python -m offline", description=__doc__)
committed = sorted(path.name for path in COMMITTED.iterdir() if path.name[0] != ".")
parser.add_argument("names", nargs="+", choices=committed, metavar="NAME")
for name in parser.parse_args().names:
    made = COMMITTED / f".{name}-new"
    shutil.rmtree(made, ignore_errors=True)
    build(name, made)
    made.with_name(made.name + ".lock").unlink(missing_ok=True)
    shutil.rmtree(COMMITTED / name, ignore_errors=True)
    made.rename(COMMITTED / name)
    print(f"offline/checkpoints/{name} made")
