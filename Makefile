# Everything a newcomer needs: `make train`, `make test`. Both set up .venv first.
PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/.installed
# Passed on to train.py and evaluate.py: make train ARGS="traces=real-years traces.root=../shared/data"
ARGS ?=

.PHONY: setup train test leaderboard bench validate headlines calibrate reproduce figures docs lint format clean help

help:            ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: $(SETUP)  ## install into .venv

$(SETUP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "wattshift needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[train,data,parallel,dev]'
	touch $(SETUP)

train: $(SETUP)  ## train PPO on the default scenario and compare it with every heuristic
	$(BIN)/python train.py $(ARGS)

test: $(SETUP)   ## lint, types, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: $(SETUP)  ## measure speed, write results/bench.json
	$(BIN)/python benchmarks/speed.py $(ARGS)

leaderboard: $(SETUP)  ## train agents, judge every policy, write results/leaderboard.md: make leaderboard ARGS=--quick
	$(BIN)/python benchmarks/leaderboard.py $(ARGS)

validate: $(SETUP)  ## hold the models against published values, write docs/validation.md
	$(BIN)/python benchmarks/validate.py $(ARGS)

headlines: $(SETUP)  ## show the field's headline claims on our world, write docs/headlines.md
	$(BIN)/python benchmarks/headlines.py $(ARGS)

calibrate: $(SETUP)  ## hold the synthetic world against real years, write docs/calibration.md
	$(BIN)/python benchmarks/calibrate.py $(ARGS)

reproduce: $(SETUP)  ## published savings of waiting beside ours: make reproduce ARGS="FILE..."
	$(BIN)/python benchmarks/lets_wait_awhile.py $(ARGS)

figures: $(SETUP)  ## draw the README's pictures
	$(BIN)/python docs/figures.py $(ARGS)

docs: $(SETUP)   ## write the generated pages of docs/
	$(BIN)/python docs/generate.py

format: $(SETUP) ## apply the code style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:           ## remove .venv and caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
