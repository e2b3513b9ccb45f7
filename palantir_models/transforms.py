"""Models in transforms: what ``palantir_models.transforms`` offers."""

from palantir_models.model.params import ModelInput, ModelOutput
from palantir_models.model.spark import DistributedInferenceWrapper
from palantir_models.model.utilities import copy_model_to_driver, evaluation
from palantir_models.model.writable import WritableModel

__all__ = [
    "DistributedInferenceWrapper",
    "ModelInput",
    "ModelOutput",
    "WritableModel",
    "copy_model_to_driver",
    "evaluation",
]
