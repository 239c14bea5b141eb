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

sbom: $(UV) ## write what is shipped, with versions and hashes, to dist/sbom.cdx.json (CycloneDX)
	mkdir -p dist
	$(UV) export --frozen --no-dev --quiet --format cyclonedx1.5 --output-file dist/sbom.cdx.json > /dev/null

secrets: $(UV) ## search all files under version control for secrets that tools/known-secrets.json does not list
	git ls-files -z | xargs -0 $(UV) tool run --from detect-secrets==1.5.0 detect-secrets-hook --baseline tools/known-secrets.json

vulnerabilities: $(UV) ## ask the advisories about every dependency that is shipped; needs the network
	mkdir -p dist
	rm -f dist/vulnerabilities.json
	$(UV) export --frozen --no-dev --no-emit-project --quiet --output-file dist/requirements.txt > /dev/null
	-$(UV) tool run --from pip-audit==2.10.1 pip-audit --requirement dist/requirements.txt --disable-pip --require-hashes \
		--progress-spinner off --format json --output dist/vulnerabilities.json
	$(PYTHON) tools/vulnerabilities.py dist/vulnerabilities.json

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

.PHONY: help demo test torture check format sbom secrets vulnerabilities
