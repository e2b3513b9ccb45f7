"""Models in notebooks and scripts: what ``palantir_models.code_workspaces`` offers; it holds no logic."""

from palantir_models.workspace.input import ModelInput
from palantir_models.workspace.output import ModelOutput

__all__ = ["ModelInput", "ModelOutput"]
