# Two commands on a fresh machine with Python 3.11, make and git:
#   make run     the sample company: builds, plans, sends into an outbox, serves it on this machine
#   make test    everything the tests need, then every test
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
HOST   ?= 127.0.0.1
PORT   ?= 8000
SERVE  ?= yes
# Arguments for pytest: make test ARGS="-k ledger -x"
ARGS   ?=
# Processes for the tests, one more than there are cores, for tests wait, too: make test CORES=0 runs them in one
CORES  ?= $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))
# Pictures of the mails alone: make screenshots MAILS=only
MAILS  ?=
# Arguments for the soak
SOAK   ?=

.DEFAULT_GOAL := help
.PHONY: help install browser ses spam mjml run test life unit check format bench soak sweep traps docs lock tuesday screenshots clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## ?/  \1\t/' | expand -t 16

# What is never imported is never compiled (a third of the time of an installation).
install: $(VENV)/.installed ## the environment, from requirements.lock with hashes

$(VENV)/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q plugins/topmind
	touch $@

run: install ## demo of the sample company, served until Ctrl-C (SERVE=no ends after the summary)
ifeq ($(SERVE),no)
	$(BIN)/topmind demo
else
	$(BIN)/topmind demo --serve --host $(HOST) --port $(PORT)
endif

browser: install ## a browser for the tests: an installed one, else the system's, else Playwright's own
	$(BIN)/python tests/browser_setup.py

ses: install ## npm's aws-ses-v2-local, for the tests that ask a second SES, where npm can get it
	$(BIN)/python tests/ses_local_setup.py

spam: install ## SpamAssassin, the system's package, for the test that asks it about our mails
	$(BIN)/python tests/spam_setup.py

mjml: install ## npm's mjml, beside which the figures of `make bench` stand, where npm can get it
	$(BIN)/python tests/mjml_setup.py

test: install browser ses spam ## every test, on every core
	$(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder $(ARGS)

life: install ## three years of a business, with more people and every tick (hours)
	TOPMIND_LIFE=long $(BIN)/python -m pytest tests/acceptance/test_life.py $(ARGS)

unit: install ## the fast part
	$(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder tests/unit $(ARGS)

check: install ## lint, types, workflows
	$(BIN)/ruff check plugins tests pelicanconf.py
	$(BIN)/ruff format --check plugins tests pelicanconf.py
	$(BIN)/mypy
	$(BIN)/zizmor --offline --quiet --no-progress .github/workflows
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/topmind check

format: install ## formats the code
	$(BIN)/ruff check --fix plugins tests pelicanconf.py
	$(BIN)/ruff format plugins tests pelicanconf.py

bench: install mjml ## the figures of the budgets
	$(BIN)/python tests/bench/run.py

soak: install ## a hundred senders killed with -9 while SES loses answers, for each policy; fewer fail it (SOAK="--only resend --seed 7")
	$(BIN)/python tests/soak/soak.py $(SOAK)

traps: install ## each remedy against a trap of mrml, python-markdown and MIME taken out, and the test that must notice (ARGS="subject")
	$(BIN)/python -W ignore tests/play_traps.py $(ARGS)

sweep: install ## a process that dies before and after every single step of a day, on every store
	TOPMIND_SWEEP=long $(BIN)/python -m pytest tests/integration/test_crash_sweep.py $(ARGS)

docs: install ## the reference page, from the schemas
	$(BIN)/python tests/docs_reference.py

tuesday: install browser ## the pictures of the docs' Tuesday, anew
	TOPMIND_TUESDAY=content/images/tuesday $(BIN)/python -m pytest -q tests/browser/test_tuesday.py

screenshots: install browser ## pictures of site, mails and desk under var/screenshots
	$(BIN)/python tests/browser/screenshots.py $(if $(MAILS),--mails)

lock: install ## writes requirements.lock anew: hashes, no address of any registry
	$(BIN)/uv pip compile pyproject.toml --group dev --extra aws --extra postgres --extra spelling --generate-hashes --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock

clean: ## everything that can be made again
	rm -rf $(VENV) var output dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
