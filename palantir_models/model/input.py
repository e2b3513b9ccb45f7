"""Loading the model that a transform uses."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palantir_models.adapter.base import ModelAdapter
from palantir_models.model.opener import EvaluationOpener
from palantir_models.model.published import published_versions
from palantir_models.model.versions import ModelVersion
from transforms.errors import NotFoundError
from transforms.run.scope import JobScope
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.contents import Contents
from transforms.store.lookup import input_key
from transforms.store.storage.base import Storage
from transforms.store.tables import TableView

if TYPE_CHECKING:
    from palantir_models.adapter.code.choosing import CodeChoice

_log = logging.getLogger(__name__)


def open_model_input(param: Any, name: str, scope: JobScope) -> ModelAdapter | None:
    """Return the loaded adapter that a compute function receives for a ``ModelInput``.

    None where the transform reads the model that it trains, and there is no version yet.
    """
    resource = scope.config.resolve(param.resources[0])
    is_own = param.model_version is None and _is_written(resource, scope)
    try:
        view, _ = scope.open(param.resources[0])
    except NotFoundError:
        if is_own:
            return None
        raise
    if param.use_sidecar:
        _log.info("Model %s: use_sidecar has no effect here; the model runs in this process.", resource.alias)
    versions = published_versions(scope.store_of(view), resource.alias, view)
    if is_own and not versions.present:
        return None
    version = versions.pick(param.model_version)
    told = {"version": version.version, "seq": _published_by(scope.store_of(view), view, version)}
    scope.loaded.setdefault(input_key(resource), []).append(told)
    adapter = load_version(view.storage, model_of(view), version, scope.config.model_code)
    if (evaluations := scope.companions.get("evaluation")) is not None:
        adapter.__dict__["create_evaluation"] = evaluations.opener(resource.alias, version)
    return adapter


def _is_written(resource: Resource, scope: JobScope) -> bool:
    """Whether the job writes the model that it reads."""
    is_here = resource.branch in (None, scope.transaction.branch)
    return is_here and any(output.key == resource.key for output in scope.transaction.outputs)


def _published_by(store: Contents, view: TableView, version: ModelVersion) -> int | None:
    """Return the commit that published a version, mostly the one that wrote the model last."""
    last = store.ledger.entry(view.seq) if view.seq else None
    if last is not None and last.transaction == version.transaction:
        return last.seq
    made = store.entries_of([version.transaction]).get(version.transaction)
    return None if made is None else made.seq


def model_of(versions: TableView) -> str:
    """Return the folder of a model, relative to the store's root, by its table of versions."""
    return versions.name.removesuffix(f"/{layout.VERSIONS}")


def saved_folder(storage: Storage, model: str, version: ModelVersion) -> Path:
    """Return a local folder with the saved files of a version."""
    return storage.local_folder(f"{model}/{layout.ARTIFACTS}/{version.version_id}")


def load_version(storage: Storage, model: str, version: ModelVersion, code: CodeChoice = "version") -> ModelAdapter:
    """Load a version's adapter; every saved file, its code among them, is verified before any is read.

    :param storage: the store's storage.
    :param model: the model's folder, relative to the store's root.
    :param version: the version.
    :param code: ``version`` for the code that it was published with, ``project`` for the project's code of today.
    :returns: the adapter, with the attribute ``model_version_rid`` and a ``create_evaluation`` that refuses.
    :raises ArtifactMismatchError: if a saved file is not the one that was published.
    """
    from palantir_models.adapter import LoadContexts, load_adapter

    folder = saved_folder(storage, model, version)
    adapter = load_adapter(folder, version.adapter, version.sha256, contexts=LoadContexts(code=code))
    adapter.__dict__["model_version_rid"] = version.rid
    adapter.__dict__["create_evaluation"] = EvaluationOpener()
    return adapter
