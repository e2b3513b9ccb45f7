"""A model that a notebook or script uses."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from palantir_models.adapter import load_adapter
from palantir_models.adapter.artifacts import verify
from palantir_models.adapter.base import ModelAdapter
from palantir_models.model.input import model_of, saved_folder
from palantir_models.model.published import published_versions
from palantir_models.model.versions import ModelVersion
from palantir_models.workspace.aliases import resolve_model
from transforms.config import load_config
from transforms.errors import NotFoundError, TransformTypeError
from transforms.spec.resource import DEFAULT_BRANCH
from transforms.store.store import Store


class ModelInput:
    """A version of a model, for code outside of a transform.

    Follows the public page integrate-models/model-asset-code-workspaces.

    :param alias: an alias from ``[tool.transforms.models]`` or of Code Workspaces, a path or a RID.
    :param model_version: a RID, a number such as ``1.2.0`` or a tag; the latest when not given.
    :param branch: the branch to look at; the default branch when not given.
    :raises NotFoundError: if there is no such model or version.
    """

    def __init__(self, alias: str, model_version: str | None = None, branch: str | None = None) -> None:
        config = load_config()
        resource = resolve_model(alias, config)
        store = Store(config.root)
        found = store.view(resource, branch or DEFAULT_BRANCH)
        if found is None:
            raise NotFoundError(
                f"Model {resource.alias} has no version on branch {branch or DEFAULT_BRANCH} of {config.root}: publish one first."
            )
        view, _ = found
        self.alias = resource.alias
        self.version: ModelVersion = published_versions(store, resource.alias, view).pick(model_version)
        self._storage, self._model = view.storage, model_of(view)

    @property
    def model_version_rid(self) -> str:
        """The RID of the version."""
        return self.version.rid

    def download_files(self) -> str:
        """Copy the saved files of the version into a new temporary folder.

        :returns: the folder; it is the caller's to change or delete.
        :raises ArtifactMismatchError: if a saved file is not the one that was published.
        """
        saved = saved_folder(self._storage, self._model, self.version)
        folder = Path(tempfile.mkdtemp(prefix=f"model-{self.version.version}-"))
        try:
            shutil.copytree(saved, folder, dirs_exist_ok=True)
            verify(folder, self.version.sha256)  # the copy: it is what the caller reads
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder.as_posix()

    def initialize_adapter(self, adapter_class: type[ModelAdapter]) -> ModelAdapter:
        """Load the version's saved state into an adapter, which can be published again.

        :param adapter_class: the adapter's class.
        :returns: the adapter, with the attribute ``model_version_rid``.
        :raises TransformTypeError: if it is no class of adapters.
        :raises ArtifactMismatchError: if a saved file is not the one that was published.
        :raises SerializationError: if the class cannot read the state.
        """
        if not (isinstance(adapter_class, type) and issubclass(adapter_class, ModelAdapter)):
            raise TransformTypeError(
                f"initialize_adapter() takes a subclass of palantir_models.ModelAdapter; got {adapter_class!r}."
            )
        saved = saved_folder(self._storage, self._model, self.version)
        adapter = load_adapter(saved, self.version.adapter, self.version.sha256, adapter_class)
        adapter.__dict__["model_version_rid"] = self.version.rid
        return adapter

    def __repr__(self) -> str:
        return f"<Version {self.version.version} of model {self.alias}, {self.version.adapter}>"
