# make run   set everything up and serve on port 3001 (PORT=… ARGS="--…" to change)
# make test  set everything up, the system's packages too, and run every test
# make style what `make test` checks of style and types
# make bench measure, side by side with peers

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 3001
BIN := .venv/bin

.PHONY: run test style bench system clean

run: .venv/run
	$(BIN)/python chat.py --port=$(PORT) $(ARGS)

test: system .venv/test style
	$(BIN)/python -m pytest tests --ignore=tests/browser -n 3
	$(BIN)/python -m pytest tests/browser -n 2

style: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/run
	$(BIN)/python -m benchmarks $(ARGS)

system:
	sh tests/system.sh

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/pip:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Gust needs Python 3.11 or newer: make PYTHON=…")'
	$(PYTHON) -m venv .venv || (rm -rf .venv; \
	  echo "Python lacks its venv module: install it (on Debian: apt-get install python3-venv)." >&2; exit 1)
	touch $@

.venv/run: requirements.txt | .venv/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/test: tests/requirements.txt .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@
