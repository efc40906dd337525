# Every target sets up what it needs: .venv with the exact versions of constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
.DEFAULT_GOAL := help
.PHONY: help run test lab refresh site bench checkpoints real faults

help: ## say what there is
	@awk -F': .*## ' '/^[a-z]+: .*##/ {printf "%-12s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.txt requirements-dev.txt constraints.txt pyproject.toml
	@echo "Setting up $(VENV) (once, about two minutes)"
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Python 3.11 or later is needed, for example: make run PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    -c constraints.txt -r requirements.txt -r requirements-dev.txt -e .
	@touch $@

run: $(READY) ## execute every notebook offline, one row each, pages in runs/tiny
	@$(BIN)/python -m tools.run --profile tiny --out runs/tiny

test: $(READY) ## run the tests, whole notebooks included
	@$(BIN)/python -m pytest

lab: $(READY) ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

refresh: $(READY) ## execute the notebooks and write the committed outputs
	@$(BIN)/python -m tools.refresh

site: $(READY) ## build the site from the committed notebooks, in docs/_build/html
	@$(BIN)/python -m sphinx -E -W --keep-going -q -c docs -d docs/_build/doctrees \
	    . docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(READY) ## speed and memory against the course's own loops, to docs/benchmarks.md
	@$(BIN)/python -m tools.benchmarks

checkpoints: $(READY) ## train the small Marian, mT5 and GPT-2 again
	$(BIN)/python -m offline marian_ui mt5_reviews prose_gpt2

real: $(READY) ## check against real files (MRPC, vocabularies, …), where they are at hand
	@$(BIN)/python -m pytest -m real tests/real tests/reference

faults: $(READY) ## kill, damage and resume every training loop; figures to docs/reliability.md
	@$(BIN)/python -m tools.reliability faults
	@$(BIN)/python -m pytest -m slow tests/faults
