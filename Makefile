# One door to the project. Everything runs in .venv, which is made and kept up to date by deploy/setup.sh.
.DEFAULT_GOAL := help
.PHONY: help run test check bench verify faults fuzz golden catalogue clean
SETUP := sh deploy/setup.sh
BIN := .venv/bin
# A hand for each core, four at most: every installation is a dozen processes and takes a gigabyte.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder
export PYTHONPATH :=
# Python's own default, whatever the shell says: a dozen processes would each compile the project for themselves.
export PYTHONDONTWRITEBYTECODE :=

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## everything on this machine, on http://127.0.0.1:8000 (PORT=, DEMO=0 for an empty one); Ctrl-C stops it
	@$(SETUP) $(if $(filter 0,$(DEMO)),run,demo)
	@exec env CRISISCONNECT_ENV=development RETENTION_SWEEP_SECONDS=$${RETENTION_SWEEP_SECONDS:-2} $(BIN)/crisisconnect run

check: ## format, lint, types, imports; unit, contract and rule tests; no server
	@$(SETUP) test
	@sh deploy/check.sh

test: check ## the whole suite, on a real RabbitMQ, a real PostgreSQL and SQLite, and in a real browser
	@$(SETUP) test chromium age
	@$(BIN)/python -m pytest -q -n 2 -m searching tests/unit
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(filter-out tests/unit/ tests/contracts/ tests/rules/ tests/examples/ tests/__pycache__/,$(wildcard tests/*/))

faults: ## kill, delay, double and lose, and see that the promises hold
	@$(SETUP) test
	@$(BIN)/python -m tests.faults
	@$(BIN)/python -m tests.faults.erasing
	@$(BIN)/python -m tests.properties
	@$(BIN)/python -m tests.faults.whole_replay

fuzz: ## the gateway against its own contract, as every role, by schemathesis; part of make test
	@$(SETUP) test
	@$(BIN)/python -m pytest -s tests/fuzz

bench: ## the benchmarks; a table, and var/bench/*.json
	@$(SETUP) bench
	@$(BIN)/python -m bench

verify: ## the log end to end with the independent reader, and every view against a replay
	@$(SETUP) run
	@$(BIN)/crisisconnect log verify
	@$(BIN)/crisisconnect views

golden: ## write missing golden files of the contracts; never overwrite one
	@$(SETUP) test
	@GOLDEN=write $(BIN)/python -m pytest -q tests/contracts

catalogue: ## write the event table, data map and message contract from the code
	@$(SETUP) run
	@$(BIN)/crisisconnect catalogue

clean: ## remove the environment and caches; never data or keys
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
