"""Model adapters: what a user declares around a model, how its state is kept, and how it is asked."""

from __future__ import annotations

from palantir_models.adapter.declaration import AdapterApi, api_json, declared_api
from palantir_models.adapter.inference import InferenceResults
from palantir_models.adapter.saved import LoadContexts, SavedAdapter, load_adapter, save_adapter

__all__ = [
    "AdapterApi",
    "InferenceResults",
    "LoadContexts",
    "SavedAdapter",
    "api_json",
    "declared_api",
    "load_adapter",
    "save_adapter",
]
