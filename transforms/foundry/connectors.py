"""Foundry's ``transforms.foundry.connectors``: opening datasets and running a transform from a program of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from transforms.config import load_config
from transforms.errors import NotFoundError, TransformTypeError, UnavailableError
from transforms.run.inputs import TransformInput, plain_input
from transforms.run.job import JobOptions, JobResult, run_job
from transforms.run.outside import OutsideJob
from transforms.run.own_params import only_one
from transforms.run.reader import DatasetReader
from transforms.run.scope import resource_rid
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.spec.transform import Transform
from transforms.store.lookup import candidates, remedy
from transforms.store.store import Store

__all__ = ["FoundryConnector"]


class FoundryConnector:
    """The store of the project that the working folder is in.

    Follows the public page transforms-python-spark/transforms-python-foundry-connectors.

    :param service_config: kept for compatibility, as no service is asked.
    :param auth_header: kept for compatibility.
    :param filesystem_id: kept for compatibility.
    :param fallback_branches: the branches on which inputs are looked for, and the first of which is written; those of the project
        when None.
    :param resolver: kept for compatibility.
    """

    def __init__(
        self,
        service_config: Any,
        auth_header: Any,
        filesystem_id: str | None = None,
        fallback_branches: Sequence[str] | None = None,
        resolver: Any = None,
    ) -> None:
        self._config = load_config()
        if fallback_branches is not None:
            self._config = replace(self._config, fallback_branches=tuple(fallback_branches))
        self._store = Store(self._config.root)

    def __repr__(self) -> str:
        return f"<FoundryConnector {self._store.root}>"

    def input(  # noqa: PLR0913 - Foundry's signature
        self,
        alias: str | None = None,
        rid: str | None = None,
        branch: str | None = None,
        end_txrid: str | None = None,
        start_txrid: str | None = None,
        schema_version: Any = None,
    ) -> TransformInput:
        """Return a dataset as it is now, for reading.

        :param alias: its path.
        :param rid: its RID, in place of a path.
        :param branch: the branch it is read on; the first fallback branch that has it when None.
        :param end_txrid: kept for compatibility: a dataset is read as it is now.
        :param start_txrid: kept for compatibility, as ``end_txrid``.
        :param schema_version: kept for compatibility.
        :raises UsageError: unless exactly one of path and RID is given.
        :raises UnavailableError: if a transaction is asked for.
        :raises NotFoundError: if no branch has it; names the nearest.
        """
        resource = self._config.resolve(Resource("dataset", only_one(alias, rid, "input"), branch))
        if end_txrid is not None or start_txrid is not None:
            raise UnavailableError(
                f"{resource.alias}: a dataset is read as it is now, and not at a transaction; leave its RID out."
            )
        fallbacks = self._config.fallback_branches
        found = self._store.view(resource, self._branch, fallbacks)
        if found is None:
            branches = candidates(resource, self._branch, fallbacks)
            advice = remedy(resource, branches, self._store.writes(), ())
            raise NotFoundError(f"There is no {resource} on branch {' or '.join(branches)}.{advice}")
        reader = DatasetReader(resource.alias, found[0], OutsideJob(self._store, self._config))
        return plain_input(reader, resource_rid(resource), found[1])

    def output(
        self,
        alias: str | None = None,
        rid: str | None = None,
        branch: str | None = None,
        txrid: str | None = None,
        filesystem_id: str | None = None,
    ) -> NoReturn:
        """Refuse: only a job writes, as what it writes is committed with the job.

        :raises UsageError: unless exactly one of path and RID is given.
        :raises UnavailableError: always else.
        """
        name = only_one(alias, rid, "output")
        raise UnavailableError(
            f"{name}: an output is written by the job that commits it; run(transform) gives it to the transform's function."
        )

    def run(self, transform: Transform) -> JobResult:
        """Run a transform and commit what it writes.

        :param transform: the transform.
        :returns: how the job ended.
        :raises TransformTypeError: if it is no transform.
        :raises Exception: whatever the compute function raised; nothing is committed then.
        """
        if not isinstance(transform, Transform):
            raise TransformTypeError(f"run({transform!r}): give what a decorator of transforms.api made.")
        result = run_job(transform, self._store, self._config, JobOptions(branch=self._branch))
        if result.error is not None:
            raise result.error
        return result

    @property
    def _branch(self) -> str:
        return next(iter(self._config.fallback_branches), DEFAULT_BRANCH)
