# Everything makes its own environment; all that is assumed is Python 3.11 and make.
PYTHON ?= python3
ENV := .venv
BIN := $(ENV)/bin
STAMP := $(ENV)/.installed
SPARK := $(ENV)/.spark
PEERS := .venv-peers

.PHONY: run run-spark test test-integrations benchmark check clean

run: $(STAMP)  ## Build the sample pipelines and say how to look at them.
	$(BIN)/transforms build
	@$(BIN)/python -m pipelines.summary

run-spark: $(SPARK)  ## The same with Spark: a million rows, a model of Spark ML.
	TRANSFORMS_PIPELINES=pipelines.cancer $(BIN)/transforms build
	@$(BIN)/python -m pipelines.summary /examples/cancer/model

test: $(SPARK) check  ## Check style and types, then run the whole suite.
	$(BIN)/python -m pytest

test-integrations: $(SPARK)  ## What needs large downloads.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[integrations]'
	$(BIN)/python -m pytest tests/integrations --integrations

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: $(STAMP) $(PEERS)/.installed  ## Measure against peers and print the table.
	$(BIN)/python -m pytest tests/benchmarks --benchmark -s

clean:
	rm -rf $(ENV) $(PEERS) .transforms build *.egg-info

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(ENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,duckdb]'
	@touch $@

# Spark comes with pip, Java with the system's package manager, Delta's jars with Spark's own Ivy. Whatever of it cannot
# be had is said, and what needs it is left out; with CI=true that is a failure.
$(SPARK): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,duckdb,spark]'
	@.ci/java
	@$(BIN)/python -m transforms.engine.spark.jars > /dev/null || [ "$$CI" != true ]
	@touch $@

$(PEERS)/.installed: pyproject.toml $(STAMP)
	$(PYTHON) -m venv $(PEERS)
	$(BIN)/python -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
		print(*project['optional-dependencies']['peers'], sep='\n')" > $(PEERS)/requirements.txt
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r $(PEERS)/requirements.txt
	@touch $@
