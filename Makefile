# Every target installs what it needs by itself, into .venv. PYTHON is any Python from 3.11 on.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EDITOR := src/initiative_lod/web/static/editor/editor.js
NODE_PACKAGES := tests/node/node_modules/.package-lock.json
# Where it is set, each of the many processes that tests start would compile all of the sources again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help editor node-packages install install-dev serve test test-all rewritten check lint types bench peers interop spark installed proofs siege soak pictures docs reference agreement image sbom audit lock clean
help:
	@echo "make serve     set everything up, build the release and serve it at http://127.0.0.1:8000"
	@echo "make test      set everything up and run the tests, but for the dear ones      make test-all  these too"
	@echo "make install   .venv with the command initiative-lod in .venv/bin"
	@echo "make lint types check     ruff; mypy --strict; both and the tests"
	@echo "make bench     the benchmark: twelve minutes, alone on the machine; it prints tables in Markdown (needs wrk; nginx for its column)"
	@echo "make peers     beside others over the same data (it installs 700 MB beside; wrk, nginx and Node)"
	@echo "make soak      ten minutes of hostile queries"
	@echo "make siege     64 connections on every kind of address, and what the others notice"
	@echo "make proofs    what takes minutes to prove     make installed  what a user installs is enough"
	@echo "make spark     conflicts of a merge by the store, by DuckDB and by Spark compared (it installs 450 MB beside; Java 17)"
	@echo "make interop   SSSOM compared with sssom-py, which it installs beside (390 MB)"
	@echo "make pictures  the pictures in docs/ (needs Chromium)"
	@echo "make docs      the pages of docs/ as a site, in build/docs"
	@echo "make reference docs/reference, from the code      make agreement  the tables of docs/agreement.md"
	@echo "make image     the container image, built and tried      make sbom audit   what it is made of, and known faults"
	@echo "make lock      the lock files, anew"

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "initiative-lod needs Python 3.11 or newer: make PYTHON=python3.x ...")'
	test -x $(BIN)/pip || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); } || { rm -rf $(VENV); \
	    echo "initiative-lod: $(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/installed: requirements.lock pyproject.toml | $(VENV)/made
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	@touch $@

# What the other file locks and more. By uv, which takes seconds where pip takes a minute; by pip, where that finds no package.
$(VENV)/installed-dev: requirements-dev.lock requirements.lock pyproject.toml | $(VENV)/made
	sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock >$(VENV)/uv.lock
	$(PIP) --no-compile --require-hashes -r $(VENV)/uv.lock
	$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r requirements-dev.lock \
	    || $(PIP) --no-compile --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	@touch $(VENV)/installed $@

# The query editor of /sparql. Without npm, or offline, the page has its plain form, and nothing else changes.
$(EDITOR): editor/package.json editor/package-lock.json editor/build.mjs $(wildcard editor/src/*.js)
	@command -v npm >/dev/null 2>&1 || { echo "initiative-lod: npm is not on this machine, so /sparql has a plain form without the editor"; exit 0; } \
	    && (cd editor && npm ci --ignore-scripts --prefer-offline --fetch-retries=0 --loglevel=error && npm run --silent build) >editor/build.log 2>&1 \
	    || echo "initiative-lod: the query editor could not be built (editor/build.log says why), so /sparql has a plain form"

# What the tests use of npm's packages. Without npm, or offline, the tests that need them are skipped.
$(NODE_PACKAGES): tests/node/package.json tests/node/package-lock.json
	@command -v npm >/dev/null 2>&1 || { echo "initiative-lod: npm is not on this machine, so Comunica, jsonld.js and axe-core are not tried"; exit 0; } \
	    && (cd tests/node && npm ci --ignore-scripts --engine-strict --prefer-offline --loglevel=error) >tests/node/install.log 2>&1 \
	    || echo "initiative-lod: Comunica, jsonld.js and axe-core could not be installed (tests/node/install.log says why), and are not tried"

node-packages: $(NODE_PACKAGES)
editor: $(EDITOR)
install: $(VENV)/installed $(EDITOR)
install-dev: $(VENV)/installed-dev $(EDITOR) $(NODE_PACKAGES)

serve: install
	$(BIN)/initiative-lod serve

# In parallel; the tests of a file stay together, since they share a server. tests/conftest.py says which files come first.
# `make test` leaves out what takes seconds of processor time for one test; `make test-all`, which .ci/run calls, has it too.
IN_PARALLEL := -n auto --dist loadfile --no-loadscope-reorder
test: install-dev rewritten
	$(BIN)/python -m pytest -m "not slow and not thorough" $(IN_PARALLEL)

test-all: install-dev rewritten
	$(BIN)/python -m pytest -m "not slow" $(IN_PARALLEL)

# Once, what each of the processes would do at the same time: pytest rewrites the assertions of all files, and keeps them so.
rewritten: install-dev
	@$(BIN)/python -m pytest --collect-only --quiet --quiet >/dev/null || true

lint: install-dev
	$(BIN)/ruff check src tests tools bench docs
	$(BIN)/ruff format --check src tests tools bench docs

types: install-dev
	$(BIN)/mypy

check: lint types test-all

# What takes minutes, and is a proof: every representation of every resource compared, every example of a shape validated
# alone and under all shapes, the graphs of others merged. -rP shows the figures.
proofs: install-dev interop
	$(BIN)/python -m pytest -m slow -n auto --dist loadfile -rP --ignore tests/proofs/test_hostile_soak.py --ignore tests/proofs/test_siege.py

# Alone on the machine, since its figures are times.
siege: install-dev
	$(BIN)/python -m pytest tests/proofs/test_siege.py -m slow -s

soak: install-dev
	$(BIN)/python -m pytest tests/proofs/test_hostile_soak.py -m slow -s

# What a user installs is enough: the runtime lock file alone imports every module and walks every feature.
installed: install-dev
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)-user
	$(BIN)/uv pip sync --quiet --require-hashes --python $(VENV)-user/bin/python requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --reinstall-package initiative-lod --python $(VENV)-user/bin/python .
	PYTHONPATH= $(VENV)-user/bin/python tests/installed/walk.py
	PYTHONPATH= $(VENV)-user/bin/python tests/installed/new_project.py

# Two cores that nobody else uses, and wrk and nginx: apt-get install wrk nginx. Each part is measured whatever became of the other.
bench: install-dev
	@status=0; $(BIN)/python bench/front.py --rounds 3 --seconds 2 || status=1; echo; $(BIN)/python bench/addresses.py || status=1; exit $$status

# Each of the others goes into an environment of its own: they want other versions of what we use.
peers: install-dev
	$(BIN)/python bench/peers.py --install --peers $(VENV)-peers --chart docs/images/peers.svg

# sssom-py goes into an environment of its own: it brings 70 packages and 390 MB.
interop: install-dev
	test -e $(VENV)-sssom/installed || ($(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)-sssom \
	    && $(BIN)/uv pip install --quiet --python $(VENV)-sssom/bin/python sssom==0.4.21 && touch $(VENV)-sssom/installed)
	$(BIN)/python -m pytest tests/conformance/test_sssom.py

# PySpark goes into an environment of its own: it brings 450 MB.
spark: install-dev
	test -e $(VENV)-spark/installed || ($(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)-spark \
	    && $(BIN)/uv pip install --quiet --require-hashes --python $(VENV)-spark/bin/python -r requirements-dev.lock \
	    && $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(VENV)-spark/bin/python --editable . \
	    && $(BIN)/uv pip install --quiet --python $(VENV)-spark/bin/python pyspark==4.3.0 sqlglot==30.30.0 && touch $(VENV)-spark/installed)
	$(VENV)-spark/bin/python -m pytest tests/proofs/test_bulk_engines.py -m slow -rP

# The container image, built, started without rights and read-only, asked, and stopped. It needs podman or docker.
image: install-dev
	$(BIN)/python -m pytest tests/docs/test_image.py -m "slow or not slow" -rs

# A bill of materials of what is installed, from the lock file, without the net but for the tool itself; and an audit, which asks a
# service. The tools go into an environment of their own: they bring 40 packages.
$(VENV)-sbom/installed: | install-dev
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)-sbom
	$(BIN)/uv pip install --quiet --python $(VENV)-sbom/bin/python cyclonedx-bom==7.5.0 pip-audit==2.10.1
	@touch $@

sbom: install-dev $(VENV)-sbom/installed
	mkdir -p build
	$(VENV)-sbom/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --mc-type application --output-reproducible \
	    --spec-version 1.6 --output-format JSON --output-file build/sbom.cdx.json
	$(BIN)/python -m pytest tests/test_dependencies.py

# With ADVISORIES, a copy of github.com/pypa/advisory-database, it asks nobody.
audit: $(if $(ADVISORIES),install-dev,$(VENV)-sbom/installed)
	$(if $(ADVISORIES),$(BIN)/python tools/audit.py requirements.lock $(ADVISORIES),$(VENV)-sbom/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip)

pictures: install-dev
	$(BIN)/python tools/pictures.py

docs: install-dev
	$(BIN)/mkdocs build --strict

reference: install-dev
	$(BIN)/python docs/reference/generate.py

agreement: install-dev
	$(BIN)/python tools/agreement.py

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra build -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra build --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) $(VENV)-user $(VENV)-peers $(VENV)-sssom $(VENV)-spark $(VENV)-sbom releases editor/node_modules tests/node/node_modules $(dir $(EDITOR)) .pytest_cache .mypy_cache .ruff_cache
