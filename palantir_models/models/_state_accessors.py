"""The documented, if underscored, home of the state's reader and writer."""

from __future__ import annotations

from palantir_models.adapter.state import ModelStateReader, ModelStateWriter

__all__ = ["ModelStateReader", "ModelStateWriter"]
