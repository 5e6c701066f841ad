# The README's commands. Written for GNU make 3.81 (macOS) and later.
#
#   make run      install, score the bundled archive, print verdicts and the feed table, write the report, serve (Ctrl-C stops)
#   make demo     the same without serving
#   make test     install with the extras `train` and `dev`, lint, type-check, test
#   make lint     ruff and mypy
#   make acceptance  run the ratio's acceptance rows on simulated feeds and, where corpora are, on real sources
#   make bench    notes per second and core; NOTES=path for notes of your own
#   make bench-api  what the service answers a second, with wrk from outside; ARGS="--rounds 3"
#   make vulnerabilities  known vulnerabilities of the locked packages, where PyPI can be asked
#   make fit      train a model; ARGS="my-model ..." goes to `huoren fit`
#   make evaluate measure a model; ARGS="..." goes to `huoren evaluate`
#   make clean    delete what was made, except .venv
#
# PYTHON=python3.12 picks the interpreter, PORT=8000 the port.

PYTHON ?= python3
PORT ?= 8000
NOTES ?=
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := requirements-dev.lock
# Test processes: one more than cores, since tests of the service wait for processes and sockets.
TESTERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
HUOREN := $(BIN)/huoren
ARCHIVE := data/archive/notes.jsonl
# Four short notes of it, one of each label.
SHOWN := 19p;173p;1335p;1792p

# The corpora folder, where a checkout has one beside it.
CORPORA := $(wildcard ../shared/corpora)
ifneq ($(CORPORA),)
HUOREN_CORPORA ?= $(abspath $(CORPORA))
export HUOREN_CORPORA
endif

.PHONY: run demo test lint acceptance bench bench-api vulnerabilities fit evaluate clean
.DEFAULT_GOAL := run

run: demo
	$(HUOREN) serve --port $(PORT)

demo: .venv/.installed
	@mkdir -p out
	$(HUOREN) score --force $(ARCHIVE) out/scored.parquet
	sed -n '$(SHOWN)' $(ARCHIVE) | $(HUOREN) classify -
	$(HUOREN) report out/scored.parquet --audit data/archive/audit.jsonl --notes $(ARCHIVE) -o out/report.html
	@echo "The report with its charts: out/report.html"

test: lint
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

acceptance: .venv/.installed-dev
	$(BIN)/python -m training.acceptance $(ARGS)

bench: .venv/.installed-dev
	$(BIN)/python -m training.bench $(NOTES)

bench-api: .venv/.installed-dev
	$(BIN)/python -m serving.api_bench $(ARGS)

vulnerabilities: .venv/.installed-dev
	$(BIN)/pip-audit --progress-spinner off --disable-pip --no-deps -r $(LOCK)

fit: .venv/.installed-dev
	$(HUOREN) fit $(ARGS)

evaluate: .venv/.installed-dev
	$(HUOREN) evaluate $(ARGS)

clean:
	rm -rf out .bench build dist huoren.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find data models serving training tests -name __pycache__ -prune -exec rm -rf {} +

# Stamps: installing again is for a changed pyproject.toml or lock only.
.venv/.installed: pyproject.toml $(LOCK)
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else \
	  "huoren needs Python 3.11, 3.12 or 3.13. Got %d.%d; name another: make PYTHON=python3.12" % v)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv || \
	  { echo "A virtual environment could not be made. On Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PIP) install -q -c $(LOCK) -e .
	@touch $@

# PyPI's torch for Linux brings about 3 GB of CUDA libraries, so the CPU build is looked for first. Only torch is asked of
# that index, and without its dependencies: where it cannot be reached, pip goes on with PyPI after one retry.
.venv/.installed-dev: .venv/.installed
ifeq ($(shell uname -s),Linux)
	$(PIP) install -q -c $(LOCK) --no-deps --retries 1 --timeout 15 --extra-index-url https://download.pytorch.org/whl/cpu torch
endif
	$(PIP) install -q -c $(LOCK) -e '.[train,dev]'
	@touch $@
