"""The default serializers, as Foundry code imports them: ``palantir_models.serializers``."""

from palantir_models.adapter.serializers import *  # noqa: F403
from palantir_models.adapter.serializers import __all__ as __all__
