# make review   set everything up and run the worked example to rendered reports
# make test     set everything up and run the tests (under 15 minutes on two cores)
# make soak     the tests that take longer
# make lint     ruff, mypy, snakefmt, snakemake --lint
# make docs     the documentation as a website, links checked
# make bench    the measurements
# make wheel    the package, into dist/

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Every rule is a process of its own: without compiled code each of them would read all of the program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup review test soak lint bench docs wheel requirements clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed; name one by: make PYTHON=python3.12 review"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	  || { echo "Python lacks its venv module. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The exports are stand-ins that a generator writes where they are missing; their hashes must be those in the .dvc
# files. In the end Snakemake has nothing left to do, and DVC finds every file as recorded.
review: $(READY)
	metaethno example
	metaethno run
	dvc status --quiet || dvc commit --force --quiet
	dvc status --quiet
	@echo "The report: reports/_output/pages/index.html"

test: $(READY)
	python -m pytest -n 2 --dist loadgroup -m "not soak"

soak: $(READY)
	python -m pytest -m soak
	METAETHNO_DRAWN=20 python -m pytest -n 2 -m drawn

lint: $(READY)
	ruff check
	ruff format --check
	mypy
	snakefmt --check Snakefile workflow
	python tools/lint_rules.py
	metaethno lock --check

docs: $(READY)
	python tools/site.py

bench: $(READY)
	python -m bench

wheel: $(READY)
	python -m pip wheel --quiet --disable-pip-version-check . --no-deps --no-build-isolation --wheel-dir dist
	@ls dist/*.whl

# Pins every dependency, with hashes, for all supported versions of Python.
requirements: $(READY)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --group dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf data/derived logs .snakemake reports/_generated reports/_output reports/_variables.yml reports/_references.json
