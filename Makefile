# `make` prints the commands. Everything happens inside .venv and instance/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
N ?= 2
export PYTHONDONTWRITEBYTECODE :=  # what one start compiled, the next one reads

help:
	@echo "make demo    try it: the sample company on http://127.0.0.1:8000 (its own database)"
	@echo "make test    test it: everything, both databases, real browser when one is found"
	@echo "make run     use it: the portal on http://127.0.0.1:8000 (HOST, PORT change it)"
	@echo "make bench   measure pages against a bare Flask page"
	@echo "make shots   photograph the main pages into instance/shots/"
	@echo "make soak    the long kills and loads"
	@echo "make words   say which texts have no Chinese yet"

run: $(VENV)/.run
	@exec $(BIN)/python -m portal.serve

demo: $(VENV)/.run
	@INSTANCE_DIR=instance/demo DATABASE_URL= DEMO=1 exec $(BIN)/python -m portal.serve

test: $(VENV)/.dev
	@$(BIN)/python -m portal.translations.build
	$(BIN)/python -m pytest -n $(N) --dist loadgroup $(ARGS)

bench: $(VENV)/.dev
	@$(BIN)/python -m portal.translations.build
	$(BIN)/python -m tests.load.bench $(if $(filter command\ line,$(origin N)),--tickets $(N)) $(ARGS)

shots: $(VENV)/.dev
	$(BIN)/python -m tests.e2e.shots $(ARGS)

soak: $(VENV)/.dev
	$(BIN)/python -m tests.load.soak $(ARGS)

words: $(VENV)/.dev
	@$(BIN)/python -m portal.translations.build --missing

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements-wake.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/.run $@

.PHONY: help run demo test bench shots soak words
.DEFAULT_GOAL := help
