"""The tags of runs that we exported."""

from __future__ import annotations

EXPERIMENT_ID = "transforms.experiment_id"
MODEL = "transforms.model"
BRANCH = "transforms.branch"
VERSION = "transforms.model_version"
TRANSFORM = "transforms.transform"
TRANSACTION = "transforms.transaction"
CODE_VERSION = "transforms.code_version"
ERROR = "transforms.error"
EXPORT = "transforms.export"
"""Set last: what has it is there as a whole."""
COMPLETE = "complete"

PARENT = "mlflow.parentRunId"
RUN_NAME = "mlflow.runName"
SOURCE_NAME = "mlflow.source.name"
COMMIT = "mlflow.source.git.commit"
LOGGED_IMAGES = "mlflow.loggedImages"
LOGGED_ARTIFACTS = "mlflow.loggedArtifacts"

OWN = "transforms."
OF_THE_RUN = (PARENT, RUN_NAME, LOGGED_IMAGES, LOGGED_ARTIFACTS, "mlflow.log-model.history")
"""Tags that are about one run and its files, so that another run cannot take them over."""
LONGEST = 5000
"""Letters of a tag that every supported MLflow takes."""
