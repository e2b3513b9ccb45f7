"""The structure that docs/architecture.md draws: its floors, its sizes, and what the tests themselves load."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "transforms",
    "palantir_models",
    "palantir_models_serializers",
    "models_api",
    "language_model_service_api",
    "foundry",
    "foundry_ml_metrics",
)
FLOORS = (  # from the top; the longest name that fits wins
    ("transforms.cli", "transforms.__main__"),
    ("transforms.verbs.testing",),
    ("transforms.testing", "palantir_models.testing"),
    ("palantir_models", "palantir_models_serializers", "foundry.transforms", "foundry_ml_metrics"),
    ("palantir_models.mlflow", "palantir_models.page", "palantir_models.reproduction"),
    ("palantir_models.reading",),
    ("palantir_models.workspace", "palantir_models.evaluation"),
    ("palantir_models.model",),
    ("palantir_models.experiment",),
    ("palantir_models.models", "palantir_models.language"),
    ("palantir_models.adapter",),
    ("palantir_models.display", "palantir_models.errors", "models_api", "language_model_service_api"),
    (
        "transforms.api",
        "transforms.mediasets",
        "transforms.tables",
        "transforms.sidecar",
        "transforms.workspace",
        "transforms.foundry",
    ),
    ("transforms.run",),
    ("transforms.engine.spark",),
    ("transforms.engine.local",),
    ("transforms.checks",),
    ("transforms.plan", "transforms.store"),
    ("transforms.config",),
    ("transforms.spec", "transforms.external"),
    ("transforms.expectations", "transforms.verbs"),
    ("transforms.errors", "transforms.common", "transforms"),
)
PLACES = {name: number for number, names in enumerate(FLOORS) for name in names}
EXCEPTIONS = {
    (
        "palantir_models.experiment.experiment",
        "palantir_models.mlflow.bridge.block",
    ),  # as_mlflow_run, a documented method
    # Param.runtime names what opens a parameter in a running job, as the declaration must not load what runs it.
    ("transforms.spec.datasets", "transforms.run.opening"),
    ("transforms.spec.scalars", "transforms.run.values"),
    ("transforms.spec.params", "transforms.run.own_params"),
    ("transforms.external.systems", "transforms.run.sources"),
}
LINES = 400


def _name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {
    _name(file): file
    for package in PACKAGES
    for file in sorted((ROOT / package).rglob("*.py"))
    if "template" not in file.parts  # files of a project that init writes
}


def _package(module: str) -> str:
    return max((name for name in PLACES if module == name or module.startswith(f"{name}.")), key=len)


def _floor(module: str) -> int:
    return PLACES[_package(module)]


def _named(node: ast.AST) -> Iterator[str]:
    """Return what a piece of code imports: modules, or what may be one."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        within = {f"{node.module}.{alias.name}" for alias in node.names}
        yield from within if within <= MODULES.keys() else {node.module, *within}
    elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
        yield from (a.value for a in node.args if isinstance(a, ast.Constant))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and ":" in node.value:
        yield node.value.partition(":")[0]  # "module:function"


@cache
def _imported(module: str) -> frozenset[str]:
    """Return the project's modules that a module imports anywhere in it, or names in a string."""
    tree = ast.parse(MODULES[module].read_text())
    return frozenset({name for node in ast.walk(tree) for name in _named(node)} & MODULES.keys() - {module})


@pytest.mark.parametrize("module", MODULES)
def test_nothing_imports_what_stands_above_it(module: str) -> None:
    """At once, when first used, for its types alone, or by a name in a string."""
    above = {other for other in _imported(module) if _floor(other) < _floor(module)}
    assert not {(module, other) for other in above} - EXCEPTIONS


def test_every_exception_is_needed() -> None:
    """An arrow upward that is gone is no exception any more."""
    assert {(module, other) for module, other in EXCEPTIONS if other not in _imported(module)} == set()


def _reached(module: str) -> set[str]:
    reached: set[str] = set()
    ahead = [module]
    while ahead:
        here = ahead.pop()
        new = {other for other in _imported(here) if (here, other) not in EXCEPTIONS} - reached
        reached |= new
        ahead.extend(new)
    return reached


def test_no_modules_stand_in_a_circle() -> None:
    """Who reads one module has read what it rests on."""
    reached = {module: _reached(module) for module in MODULES}
    circles = {frozenset(o for o in reached[m] if m in reached[o]) for m in MODULES if m in reached[m]}
    assert sorted(map(sorted, circles)) == []


def _table() -> dict[str, set[str]]:
    """Return what the table in the document says each package imports."""

    def whole(name: str) -> str:
        if name in ("models_api", "language_model_service_api", "foundry.transforms", "foundry_ml_metrics"):
            return name
        return name.replace("pm", "palantir_models", 1) if name.startswith("pm.") else f"transforms.{name}"

    rows = re.findall(r"^\| `([\w.]+)` \| .* \| (.*) \|$", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE)
    rows = [(package, imports) for package, imports in rows if package in PLACES]
    return {package: {whole(name) for name in re.findall(r"`([\w.]+)`", imports)} for package, imports in rows}


def test_the_table_of_packages_is_true() -> None:
    """The document names every package, and what each imports."""
    imports: dict[str, set[str]] = {_package(module): set() for module in MODULES}
    for module in MODULES:
        others = {_package(other) for other in _imported(module) if (module, other) not in EXCEPTIONS}
        imports[_package(module)] |= others - {_package(module)}
    for name in ("transforms", "transforms.__main__", "palantir_models_serializers"):  # a name and nothing else
        del imports[name]
    assert _table() == imports


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_short(module: str) -> None:
    """What is longer has more than one idea."""
    assert len(MODULES[module].read_text().splitlines()) <= LINES


def test_collecting_the_tests_loads_nothing_heavy(loaded_by_collecting: frozenset[str]) -> None:
    """Whoever runs one test waits for that one: MLflow, Spark and Keras are loaded by the tests that use them."""
    heavy = {"mlflow", "pyspark", "keras", "jax", "xgboost", "lightgbm", "moto"}
    assert sorted(heavy & loaded_by_collecting) == []
