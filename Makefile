# Everything makes its own environment; all that is assumed is Python 3.11 and make.
PYTHON ?= python3
ENV := .venv
BIN := $(ENV)/bin
STAMP := $(ENV)/.installed
SPARK := $(ENV)/.spark
PEERS := .venv-peers
MLFLOW_OLDEST := .venv-mlflow-oldest
TORCH := .venv-torch

# An environment that stands on the first one and has only what must be different in it.
define stand_on_first
	rm -rf $(1)
	$(PYTHON) -m venv $(1)
	$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" \
		> $$($(1)/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/first.pth
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
endef

# How many processes share the tests: one more than there are processors, as some tests wait, when not said.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

# The page's own checks passed and its bundle is made; anew when anything of ui/ changes.
PAGE := ui/node_modules/.made
DENO := cd ui && ../$(BIN)/deno

.PHONY: page run run-spark test fast coverage test-integrations test-mlflow-oldest test-torch torture benchmark check docs dist clean

page: $(PAGE)  ## Check, test and bundle the page.

run: $(STAMP) $(PAGE)  ## Build the sample pipelines and say how to look at them.
	$(BIN)/transforms build
	@$(BIN)/python -m pipelines.summary

run-spark: $(SPARK)  ## The same with Spark: a million rows, a model of Spark ML.
	TRANSFORMS_PIPELINES=pipelines.cancer $(BIN)/transforms build
	@$(BIN)/python -m pipelines.summary /examples/cancer/model

test: $(SPARK) $(PAGE) check  ## Check style and types, then run the whole suite.
	@.ci/strace
	@.ci/chromium
	$(BIN)/python -m pytest -n $(WORKERS)

fast: $(STAMP)  ## The tests that need no Spark, MLflow, bucket or killed process; which take a second is told.
	$(BIN)/python -m pytest -n logical --fast --durations=5 --durations-min=1

# Python's tracer swallows the exception by which a thread is interrupted, so tests of that would wait for ever under it.
UNTRACED := tests/transforms/run/test_cancellation.py tests/transforms/cli/test_attempts.py

# The tracer makes tests several times slower; Spark, MLflow, buckets and what dies are looked at without it.
coverage: $(STAMP)  ## Which lines and branches the tests of make fast do not take; fails below what they took.
	$(BIN)/python -m pytest -n logical --fast --cov --cov-report=term:skip-covered $(UNTRACED:%=--ignore=%)

# SEED=7 repeats a run; ONLY=kills runs one ordeal, or ONLY=simulation.
torture: $(STAMP)  ## Break the store on purpose for SECONDS, ten minutes when not said, and judge what is left.
	@.ci/strace
	$(BIN)/python -m tests.torture --seconds $(or $(SECONDS),600) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

test-integrations: $(SPARK) test-mlflow-oldest  ## What needs large downloads, or other versions.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[integrations]'
	$(BIN)/python -m pytest tests/integrations --integrations

test-mlflow-oldest: $(MLFLOW_OLDEST)/.installed  ## The bridge from MLflow with the oldest version that it takes.
	$(MLFLOW_OLDEST)/bin/python -c "import mlflow; assert mlflow.__version__ == '3.1.0', mlflow.__version__"
	$(MLFLOW_OLDEST)/bin/python -m pytest tests/palantir_models/mlflow

test-torch: $(TORCH)/.installed  ## PyTorch Lightning and transformers; downloads gigabytes, so .ci/run leaves it out.
	$(TORCH)/bin/python -m pytest tests/integrations/pytorch --integrations --torch

docs: $(STAMP)  ## Build the documentation site; a broken link, or a page that nothing leads to, fails.
	$(BIN)/python -m documentation

dist: $(STAMP)  ## Build a wheel and an sdist, look into them, and try the wheel in an empty environment.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[release]'
	$(BIN)/python -m release

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: $(STAMP) $(PEERS)/.installed  ## Measure against peers and print the table.
	$(BIN)/python -m pytest tests/benchmarks --benchmark -s

clean:
	rm -rf $(ENV) $(PEERS) $(MLFLOW_OLDEST) $(TORCH) .transforms build dist *.egg-info ui/node_modules palantir_models/page/static

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(ENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,duckdb,docs]'
	@touch $@

$(PAGE): $(STAMP) $(shell find ui -name node_modules -prune -o -type f -print)
	@$(DENO) install --frozen --quiet || { echo "The page needs four packages of the npm registry: see above."; exit 1; }
	$(DENO) task --quiet check
	$(DENO) task --quiet lint
	$(DENO) task --quiet test
	$(DENO) task --quiet bundle
	@touch $@

# Spark comes with pip, Java with the system's package manager, Delta's jars with Spark's own Ivy. Whatever of it cannot
# be had is said, and what needs it is left out; with CI=true that is a failure.
$(SPARK): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,duckdb,docs,spark]'
	@.ci/java
	@$(BIN)/python -m transforms.engine.spark.jars > /dev/null || [ "$$CI" != true ]
	@$(BIN)/python -m tests.class_archive || echo "Each JVM of the tests loads its classes by itself: see above."
	@touch $@

$(PEERS)/.installed: pyproject.toml $(STAMP)
	$(PYTHON) -m venv $(PEERS)
	$(BIN)/python -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
		print(*project['optional-dependencies']['peers'], sep='\n')" > $(PEERS)/requirements.txt
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r $(PEERS)/requirements.txt
	@touch $@

$(MLFLOW_OLDEST)/.installed: $(STAMP)
	$(call stand_on_first,$(MLFLOW_OLDEST))
	$(MLFLOW_OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check mlflow-skinny==3.1.0 'sqlalchemy<2.1' gunicorn
	@touch $@

$(TORCH)/.installed: $(STAMP)
	$(call stand_on_first,$(TORCH))
	$(TORCH)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,integrations-torch]'
	@touch $@
