"""The default serializers under the name of the separate package that some Foundry code imports."""

from palantir_models.adapter.serializers import *  # noqa: F403
from palantir_models.adapter.serializers import __all__ as __all__
