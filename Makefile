# What people type. Every target brings its own tools: uv from pip when it is missing, the rest from uv.lock.
PYTHON ?= python3
UV := $(or $(shell command -v uv),.tools/bin/uv)
RUN := $(UV) run --frozen --group dev

.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/' | column -t -s '|'

demo: $(UV) ## set up, start the simulated bureau, trace 200 sample accounts, print the result and write the report
	$(UV) run --frozen --no-dev skiptrace demo

test: $(UV) ## set up and run the tests, with the servers that they need
	$(RUN) pytest -n auto

torture: $(UV) ## kill workers 1,460 times on SQLite and PostgreSQL, with a vendor that keeps its own bill
	$(RUN) python -m tests.torture
	$(RUN) python -m tests.torture.capping
	$(RUN) python -m tests.torture.redis_away

check: $(UV) ## format, lint, types, imports: all that must hold before a change lands
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports

format: $(UV) ## put the code into shape
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

.PHONY: help demo test torture check format
