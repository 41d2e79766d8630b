# `make run` and `make test` need nothing but Python 3.11 or later; each makes what is missing.
PYTHON ?= python3
BIN := .venv/bin
FLASK := $(BIN)/flask --app run
WORKERS ?= auto

.PHONY: run test lint e2e seed schema bench assets assets-dev translations install dev chromium soffice

run: install assets translations  ## prepare everything and serve
	$(FLASK) init-db
	$(FLASK) demo --if-empty
	$(BIN)/python run.py

test: dev assets-dev translations chromium soffice lint  ## everything, on both databases, with a browser
	$(BIN)/pytest -n $(WORKERS) --ignore=tests/e2e
	$(BIN)/pytest -n $(WORKERS) --db=postgresql tests/service tests/web tests/api tests/console
	$(BIN)/pytest -n $(WORKERS) tests/e2e

lint: dev  ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

e2e: dev assets-dev translations chromium  ## the journeys in a real browser
	$(BIN)/pytest tests/e2e

seed: install  ## the demo year, into an empty database
	$(FLASK) init-db
	$(FLASK) demo

schema: install  ## models.sql from the metadata
	$(FLASK) schema write

bench: dev assets-dev translations chromium  ## the performance figures of the README
	$(BIN)/python -m bench

assets: install  ## front-end libraries
	$(BIN)/python tools/assets.py

assets-dev: install  ## with what tests and measurements need
	$(BIN)/python tools/assets.py --dev

translations: install
	$(BIN)/pybabel -q compile -d app/translations

install: .venv/.installed
dev: .venv/.installed-dev

.venv/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@echo "Making .venv and installing the libraries (once, about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "The module venv is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

chromium:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium </dev/null >/dev/null; } || { echo "The browser tests need Chromium; on Debian: apt-get install chromium"; exit 1; }

soffice:
	@test -e "$$(dirname "$$(readlink -f "$$(command -v soffice)" 2>/dev/null)")/libswlo.so" || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends libreoffice-calc-nogui libreoffice-writer-nogui </dev/null >/dev/null; } || { echo "The tests of exported files need LibreOffice; on Debian: apt-get install libreoffice-calc-nogui libreoffice-writer-nogui"; exit 1; }
