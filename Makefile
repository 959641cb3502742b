# Two commands on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
SERVE ?= yes

.PHONY: run test check bench install browser lock format screenshots clean

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

lock: ## writes requirements.lock anew: hashes, no address of any registry
	$(BIN)/uv pip compile pyproject.toml --group dev --extra aws --generate-hashes --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock
