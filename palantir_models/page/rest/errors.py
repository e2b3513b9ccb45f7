"""Errors in Foundry's shape: a code that goes with the HTTP status, a name, parameters, and a sentence for a person."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from palantir_models.page.answers import Refusal
from palantir_models.page.rest.answers import Failure
from transforms.errors import TransformsError

_log = logging.getLogger(__name__)
_CODES = {401: "UNAUTHORIZED", 404: "NOT_FOUND", 413: "REQUEST_ENTITY_TOO_LARGE", 500: "INTERNAL"}
_NAMES = {401: "Unauthorized", 404: "NotServed", 405: "NotServed", 413: "RequestEntityTooLarge"}

_REASONS = {
    "4XX": "The request is not answered: an argument is wrong, or something is not there.",
    "5XX": "The store cannot be read.",
}
_AS_JSON = {"application/json": {"schema": {"$ref": f"#/components/schemas/{Failure.__name__}"}}}

FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"description": reason, "model": Failure} for status, reason in _REASONS.items()
}
"""What every operation may answer beside what it is asked for, for the OpenAPI document."""
FAILURES_OF_BYTES: dict[int | str, dict[str, Any]] = {
    status: {"description": reason, "content": _AS_JSON} for status, reason in _REASONS.items()
}
"""The same, of an operation whose answer is no JSON: FastAPI takes its failures for none either."""


class RefusedError(Exception):
    """A request that is not answered.

    :param status: the HTTP status.
    :param name: which error it is.
    :param description: what happened and what to do, for a person.
    :param parameters: what it is about.
    """

    def __init__(self, status: int, name: str, description: str, **parameters: str) -> None:
        super().__init__(description)
        self.status = status
        self.name = name
        self.description = description
        self.parameters = parameters


def model_not_found(model_rid: str) -> RefusedError:
    """Return the error for a model that the store does not have."""
    return RefusedError(404, "ModelNotFound", f"There is no model {model_rid}.", modelRid=model_rid)


def version_not_found(model_rid: str, version_rid: str) -> RefusedError:
    """Return the error for a version that the model does not have."""
    text = f"The model {model_rid} has no version {version_rid}."
    return RefusedError(404, "ModelVersionNotFound", text, modelRid=model_rid, modelVersionRid=version_rid)


def experiment_not_found(model_rid: str, experiment_rid: str) -> RefusedError:
    """Return the error for an experiment that the model does not have."""
    text = f"There is no experiment {experiment_rid} of a model {model_rid}."
    return RefusedError(404, "ModelExperimentNotFound", text, modelRid=model_rid, experimentRid=experiment_rid)


def handle_errors(app: FastAPI) -> None:
    """Have an application answer errors of every kind in Foundry's shape."""

    @app.exception_handler(RefusedError)
    def refused(request: Request, error: RefusedError) -> JSONResponse:
        return failure(error.status, error.name, error.description, **error.parameters)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _invalid(error.errors()[0])

    @app.exception_handler(HTTPException)
    def not_served(request: Request, error: HTTPException) -> JSONResponse:
        description = f"{request.method} {request.url.path}: {error.detail}."
        answer = failure(error.status_code, _name(error.status_code), description)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(TransformsError)
    @app.exception_handler(OSError)
    def unreadable(request: Request, error: Exception) -> JSONResponse:
        _log.warning("%s %s: %s", request.method, request.url.path, error)
        return failure(500, "StoreCannotBeRead", str(error) or type(error).__name__)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> JSONResponse:
        # The server behind it logs the error with its stack, which is nobody's business who asks.
        return failure(500, "Internal", "The server failed at this request; what it printed says why.")


def refusal(refused: Refusal) -> JSONResponse:
    """Return the answer to who is refused before the interface is asked."""
    description = f"{refused.title}: {refused.detail} {refused.hint}".rstrip()
    return failure(refused.status, _name(refused.status), description)


def failure(status: int, name: str, description: str, **parameters: str) -> JSONResponse:
    """Return the answer for an error.

    :param status: the HTTP status.
    :param name: which error it is.
    :param description: what happened and what to do, for a person.
    :param parameters: what it is about.
    """
    answer = Failure(
        error_code=_CODES.get(status, "INVALID_ARGUMENT"),
        error_name=name,
        error_description=description,
        error_instance_id=str(uuid.uuid4()),
        parameters=parameters,
    )
    return JSONResponse(answer.model_dump(by_alias=True), status)


def _name(status: int) -> str:
    return _NAMES.get(status, "InvalidArgument")


def _invalid(problem: Mapping[str, Any]) -> JSONResponse:
    """Return the answer for an argument that cannot be used."""
    _, *steps = problem["loc"]
    place = ".".join(map(str, steps))
    reason = f"{place or 'the body'}: {problem['msg'].removeprefix('Value error, ')}"
    match steps:
        case ["where", *_]:
            return failure(400, "InvalidExperimentSearchFilter", reason, reason=reason)
        case ["pageSize"]:
            return failure(400, "InvalidPageSize", reason, pageSize=str(problem["input"]))
        case ["pageToken"]:
            return failure(400, "InvalidPageToken", reason, pageToken=str(problem["input"]))
        case _:
            return failure(400, "InvalidArgument", reason, argument=place)
