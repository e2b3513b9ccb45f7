"""Foundry's ``foundry.transforms``: datasets in notebooks and scripts; it holds no logic."""

from transforms.workspace.dataset import Dataset
from transforms.workspace.filters import Column, Filter

__all__ = ["Column", "Dataset", "Filter"]
