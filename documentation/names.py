"""The public names, module by module, as pages that show their docstrings."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType

# In the order of the navigation. A name that two modules have is shown in the first of them.
MODULES = (
    "transforms.api",
    "transforms.expectations",
    "transforms.external.systems",
    "transforms.mediasets",
    "transforms.tables",
    "transforms.sidecar",
    "transforms.verbs.dataframes",
    "transforms.testing",
    "transforms.verbs.testing.TransformRunner",
    "transforms.verbs.testing.datastores",
    "transforms.foundry.connectors",
    "foundry.transforms",
    "palantir_models",
    "palantir_models.transforms",
    "palantir_models.experiments",
    "palantir_models.code_workspaces",
    "palantir_models.serializers",
    "palantir_models.evaluations",
    "palantir_models.models",
    "palantir_models.models.api",
    "palantir_models.models._serialization",
    "palantir_models.models._state_accessors",
    "palantir_models.page.widget",
    "palantir_models_serializers",
    "foundry_ml_metrics",
    "foundry_ml_metrics.evaluation",
    "models_api.models_api_executable",
    "language_model_service_api.languagemodelservice_api",
    "language_model_service_api.languagemodelservice_api_completion_v3",
    "language_model_service_api.languagemodelservice_api_embeddings_v3",
)
# What these give back: classes that nobody imports and everybody uses.
GIVEN = {
    "palantir_models.reading.model": ("Model",),
    "palantir_models.model.versions": ("ModelVersion",),
    "palantir_models.workspace.output": ("PublishedVersion",),
    "palantir_models.reading.experiment": ("RecordedExperiment",),
    "palantir_models.reading.comparison": ("Comparison",),
    "palantir_models.reading.evaluation": ("RecordedEvaluation",),
    "palantir_models.reading.evaluation_comparison": ("EvaluationComparison", "VersionComparison", "Pair"),
    "palantir_models.reading.frame": ("Frame",),
    "palantir_models.reading.media": ("Media", "Tables"),
    "palantir_models.reading.logged": ("LoggedImage", "LoggedPlot"),
    "palantir_models.reading.series": ("SeriesSummary",),
    "palantir_models.experiment.columns.points": ("Points",),
    "palantir_models.reading.following": ("News",),
    "palantir_models.reading.inputs": ("InputRead",),
}


def public_names(module: ModuleType) -> list[str]:
    """Return the public names of a module: its ``__all__``, else what is defined in it without an underscore.

    :param module: the module.
    """
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return sorted(listed)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]


def pages() -> Iterator[tuple[str, str, str]]:
    """Yield title, path and Markdown of the page of each module, and of one for what they give back."""
    shown: dict[int, str] = {}
    for name in MODULES:
        module = importlib.import_module(name)
        parts = [f"# `{name}`", _summary(module)]
        for public in public_names(module):
            parts.append(_name(name, public, getattr(module, public), shown))
        yield name, _path(name), "\n\n".join(parts) + "\n"
    parts = ["# What is given back", "Objects that other calls return; nothing of this is imported by its name."]
    parts += [f"::: {module}.{name}" for module, names in GIVEN.items() for name in names]
    yield "What is given back", "reference/given.md", "\n\n".join(parts) + "\n"


def _name(module: str, public: str, value: object, shown: dict[int, str]) -> str:
    there = shown.get(id(value)) if inspect.isclass(value) or inspect.isroutine(value) else None
    if there is not None:
        home = there.removesuffix(f".{there.rpartition('.')[2]}")
        return f"## {public}\n\nThe same as [`{there}`]({_path(home).removeprefix('reference/')}#{there})."
    shown[id(value)] = f"{module}.{public}"
    return f"::: {module}.{public}"


def _path(module: str) -> str:
    return f"reference/{module}.md"


def _summary(module: ModuleType) -> str:
    from documentation.docstrings import as_markdown

    return as_markdown(inspect.getdoc(module) or "")
