# make run   set everything up and serve on port 3001 (PORT=… ARGS="--…" to change)
# make test  set everything up, the system's packages too, and run every test
# make style what `make test` checks of style and types
# make dist  build dist/gust.pyz: all of it in one file, for any machine with Python
# make bench measure, side by side with peers
# make soak  bring about every fault, larger and for longer than the tests do (10 minutes; SOAK=3:
#            three times as often and as long), and write docs/reliability.md
# make lock  choose anew, within requirements.txt, the exact libraries that dist/gust.pyz is built of
# make audit ask whether any of these has a known vulnerability
# make clean remove what was built and fetched, never what is kept (data/)

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 3001
SOAK ?= 1
BIN := .venv/bin

# What dist/gust.pyz runs on: these Pythons, on Linux with glibc 2.28 or newer (2018) and this
# machine's kind of processor; built elsewhere, on a system like the one it was built on.
PYTHONS := 3.11 3.12 3.13 3.14
ifeq ($(shell uname -s),Linux)
WHEELS := $(foreach tag,manylinux_2_28 manylinux_2_27 manylinux_2_26 manylinux_2_24 manylinux_2_17 \
  manylinux2014,--platform=$(tag)_$(shell uname -m))
endif
DIST := .venv/dist
# Exact versions with their hashes: what is built of them is the same whenever it is built.
LOCK := .ci/requirements.lock
SHIV := .ci/shiv.lock
INSTALL := -m pip install --quiet --disable-pip-version-check
SOURCES := $(shell find chat.py handlers models static templates -type f -not -name '*.pyc')

.PHONY: run test style dist bench soak lock audit system clean

run: .venv/run
	$(BIN)/python chat.py --port=$(PORT) $(ARGS)

# What is fetched for the tests, and for the one file, is fetched side by side.
test: system
	$(MAKE) --no-print-directory -j2 style dist
	$(BIN)/python -m pytest tests --ignore=tests/browser -n 3
	$(BIN)/python -m pytest tests/browser -n 2

style: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

dist: dist/gust.pyz

bench: .venv/run
	$(BIN)/python -m benchmarks $(ARGS)

soak: .venv/test
	SOAK=$(SOAK) $(BIN)/python -m pytest tests/faults
	FUZZ_SECONDS=10 $(BIN)/python -m pytest tests/fuzz

lock: .venv/lock/bin/uv
	@for made in requirements.txt:$(LOCK) $(DIST)/shiv.in:$(SHIV); do \
	  mkdir -p $(DIST) && echo 'shiv>=1.0.8,<2' > $(DIST)/shiv.in; \
	  $< pip compile --quiet --upgrade --universal --python-version=$(firstword $(PYTHONS)) \
	    --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	    --output-file=$${made#*:} $${made%:*} || exit 1; \
	done

audit: .venv/audit/bin/pip-audit
	$< --strict --require-hashes --disable-pip --requirement=$(LOCK)

system:
	sh tests/system.sh

clean:
	rm -rf dist .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/pip:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Gust needs Python 3.11 or newer: make PYTHON=…")'
	$(PYTHON) -m venv .venv || (rm -rf .venv; \
	  echo "Python lacks its venv module: install it (on Debian: apt-get install python3-venv)." >&2; exit 1)
	touch $@

.venv/run: requirements.txt | .venv/pip
	$(BIN)/python $(INSTALL) -r requirements.txt
	touch $@

.venv/test: tests/requirements.txt .venv/run
	$(BIN)/python $(INSTALL) -r tests/requirements.txt
	touch $@

.venv/lock/bin/uv: | .venv/pip
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/python $(INSTALL) 'uv>=0.10,<1'

.venv/audit/bin/pip-audit: | .venv/pip
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python $(INSTALL) 'pip-audit>=2.9,<3'

# Compiled parts carry the Python they are for in their names, so that all lie side by side.
$(DIST)/libraries: $(LOCK) Makefile | .venv/pip
	rm -rf $@ $@.*
	set -e; for version in $(PYTHONS); do \
	  $(BIN)/python $(INSTALL) --no-compile --require-hashes --no-deps \
	    --only-binary=:all: --implementation=cp --python-version=$$version $(WHEELS) \
	    --target=$@.$$version -r $(LOCK); \
	  mkdir -p $@.all; cp -R $@.$$version/. $@.all; rm -rf $@.$$version; \
	done
	mv $@.all $@
	touch $@

$(DIST)/bin/shiv: $(SHIV) Makefile | .venv/pip
	$(PYTHON) -m venv $(DIST)
	$(DIST)/bin/python $(INSTALL) --require-hashes -r $(SHIV)
	touch $@

define PREAMBLE
import sys
try:
    import msgspec
except ImportError:
    sys.exit(
        "gust: this gust.pyz is for Python $(firstword $(PYTHONS)) to $(lastword $(PYTHONS)) on"
        " $(shell uname -sm), and this is Python %d.%d on %s."
        " Use one of those, or build one here: make dist."
        % (*sys.version_info[:2], sys.platform)
    )
endef
export PREAMBLE

dist/gust.pyz: $(DIST)/bin/shiv $(DIST)/libraries $(SOURCES)
	rm -rf $(DIST)/site && cp -R $(DIST)/libraries $(DIST)/site
	tar --exclude='__pycache__' -cf - chat.py handlers models static templates | tar -xf - -C $(DIST)/site
	mkdir -p dist && printf '%s\n' "$$PREAMBLE" > $(DIST)/preamble.py
	$(DIST)/bin/shiv --site-packages=$(DIST)/site --entry-point=chat:main --compressed --reproducible \
	  --python='/usr/bin/env python3' --preamble=$(DIST)/preamble.py --output-file=$@.new
	mv $@.new $@ && rm -rf $(DIST)/site
