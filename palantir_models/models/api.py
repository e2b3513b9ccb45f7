"""The older declaration of an API: ``palantir_models.models.api``, unrelated to the inputs of transforms."""

from __future__ import annotations

from palantir_models.adapter.legacy import DFType, ModelApi, ModelApiColumn, ModelInput, ModelOutput

__all__ = ["DFType", "ModelApi", "ModelApiColumn", "ModelInput", "ModelOutput"]
