"""Talking to an MLflow tracking server or database without leaving a trace in this process or its working folder."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from palantir_models.mlflow.exchange.mlflow_keys import file_key
from transforms.common.masking import masked_address
from transforms.common.text import first_line
from transforms.errors import MissingExtraError, NotFoundError, TransformsError, UsageError

if TYPE_CHECKING:
    from mlflow import MlflowClient

_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
_SERVERS = ("http", "https")
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ALLOW_FILE_STORE": "true",  # newer MLflow reads folders of runs only when asked to
}
_PROBE_SECONDS = (5.0, 20.0)  # to connect, to answer: MLflow itself tries for minutes before it gives up


class TrackingError(TransformsError):
    """An MLflow tracking server, database or folder cannot be reached, or refuses what is asked of it."""


@contextmanager
def tracking(uri: str, create: bool = False) -> Iterator[MlflowClient]:
    """Open a tracking server, database or folder for a block.

    MLflow's own settings of this process, such as the active run or the tracking URI, are neither used nor changed, and
    its telemetry is off.

    :param uri: ``http(s)://…``, a database such as ``sqlite:///runs.db``, or a folder such as ``file:///old/mlruns``.
    :param create: whether a database file or folder that is not there is made.
    :returns: MLflow's client.
    :raises MissingExtraError: if MLflow, or what it needs for a database, is not installed.
    :raises UsageError: if the URI is none that MLflow knows.
    :raises NotFoundError: if a database file or folder is not there and is not to be made.
    :raises TrackingError: if it cannot be reached, also later in the block, or refuses something.
    """
    shown = shown_uri(uri)
    with ExitStack() as stack:
        for name, value in _ENVIRONMENT.items():
            stack.enter_context(_variable(name, value))
        if find_spec("mlflow") is None:
            raise MissingExtraError("MLflow is not installed: pip install 'transforms-on-delta[mlflow]'.")
        _check(uri, create)
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
        from mlflow.tracking.registry import UnsupportedModelRegistryStoreURIException

        try:
            try:
                with _artifacts_beside(uri), _quiet():
                    client = MlflowClient(tracking_uri=_absolute(uri))  # MLflow keeps what it opened by its address
                    client.search_experiments(max_results=1)
            except UnsupportedModelRegistryStoreURIException as error:
                raise UsageError(
                    f"{shown!r} is no address that MLflow knows: give http(s)://host:port, sqlite:///file.db, the address "
                    "of another database, or file:///folder."
                ) from error
            yield client
        except MlflowException as error:
            raise TrackingError(f"MLflow at {shown} refused: {masked_address(first_line(error))}") from error
        except _failures() as error:
            raise TrackingError(
                f"The exchange with MLflow at {shown} failed: {masked_address(first_line(error))}"
            ) from error


def shown_uri(uri: str, absolute: bool = False) -> str:
    """Return a URI without the user, password and query that may be in it.

    :param uri: the URI.
    :param absolute: spell out the path of a database file, so that it means the same in every folder.
    """
    uri = masked_address(uri)
    parts = urlsplit(uri)
    if not parts.scheme:
        return str(Path(uri).absolute()) if absolute else uri
    if absolute and (file := _database_file(uri)) is not None:
        return f"{parts.scheme}:///{file}"
    place = parts.netloc.rpartition("@")[2]
    # Not by urlunsplit, which would write sqlite:///file as sqlite:/file.
    return (
        f"{parts.scheme}://{place}{parts.path}"
        if uri.startswith(f"{parts.scheme}://")
        else f"{parts.scheme}:{parts.path}"
    )


def artifact_folder(uri: str, experiment: str) -> str | None:
    """Return where a new MLflow experiment keeps its files; None where a server decides that.

    :param uri: the tracking URI.
    :param experiment: the name of the MLflow experiment.
    :raises UsageError: for a database on a server, as nothing says where its files are.
    """
    file = _database_file(uri)
    if file is not None:
        return (file.parent / "mlartifacts" / file_key(experiment)).as_uri()
    if _is_database(uri):
        raise UsageError(
            f"{shown_uri(uri)} has no MLflow experiment {experiment!r} yet, and a database does not say where the files of a "
            "new one go: add --artifacts LOCATION, or export through a tracking server."
        )
    return None


def _check(uri: str, create: bool) -> None:
    if not uri:
        raise UsageError("The address of MLflow is empty: give for example http://localhost:5000 or sqlite:///runs.db.")
    scheme = urlsplit(uri).scheme
    if not scheme and Path(uri).is_file():
        raise UsageError(f"{uri} is a file: if it is a database of MLflow's, write sqlite:///{uri}.")
    if _is_database(uri):
        missing = [name for name in ("sqlalchemy", "alembic") if find_spec(name) is None]
        if missing:
            raise MissingExtraError(
                f"{shown_uri(uri)} is a database, for which MLflow needs {' and '.join(missing)}: pip install mlflow."
            )
    place = _database_file(uri) or (_folder(uri) if scheme in ("", "file") else None)
    if place is not None and not create and not place.exists():
        raise NotFoundError(f"{place} does not exist, so there are no runs to import.")
    if place is not None and not place.parent.is_dir():
        raise NotFoundError(f"The folder {place.parent} does not exist; make it, or correct {shown_uri(uri)}.")
    if scheme in _SERVERS:
        _probe_server(uri)
    elif _is_database(uri):
        _probe_database(uri)


def _probe_server(uri: str) -> None:
    import requests

    try:
        requests.head(uri, timeout=_PROBE_SECONDS, allow_redirects=False)
    except requests.exceptions.SSLError:
        pass  # it answers; whether its certificate is trusted is MLflow's matter, which has settings for it
    except (requests.exceptions.RequestException, ValueError) as error:
        raise TrackingError(
            f"No MLflow server answers at {shown_uri(uri)} ({type(error).__name__}). Is it running, and is the address right?"
        ) from error


def _probe_database(uri: str) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    try:
        engine = create_engine(uri)
        try:
            engine.connect().close()
        finally:
            engine.dispose()
    except ImportError as error:
        raise MissingExtraError(f"{shown_uri(uri)} needs the package {error.name}: pip install it.") from error
    except SQLAlchemyError as error:
        raise TrackingError(
            f"The database {shown_uri(uri)} cannot be opened: {masked_address(first_line(error))}"
        ) from error


def _failures() -> tuple[type[Exception], ...]:
    """What MLflow lets through of the libraries that it talks to a server, a database or a disk with."""
    import requests

    found: list[type[Exception]] = [OSError, requests.exceptions.RequestException]
    if find_spec("sqlalchemy") is not None:
        from sqlalchemy.exc import SQLAlchemyError

        found.append(SQLAlchemyError)
    return tuple(found)


def _is_database(uri: str) -> bool:
    return urlsplit(uri).scheme.partition("+")[0] in _DATABASES


def _database_file(uri: str) -> Path | None:
    if not (_is_database(uri) and urlsplit(uri).scheme.startswith("sqlite")):
        return None
    from sqlalchemy import make_url  # which knows whether this version of it decodes %

    name = make_url(uri).database
    return None if name in (None, "", ":memory:") else Path(name).absolute()


def _absolute(uri: str) -> str:
    file = _database_file(uri)
    if file is None:
        return uri if urlsplit(uri).scheme else Path(uri).absolute().as_uri()
    from sqlalchemy import make_url

    made: str = make_url(uri).set(database=str(file)).render_as_string(hide_password=False)
    return made


def _folder(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path)).absolute()


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before


@contextmanager
def _artifacts_beside(uri: str) -> Iterator[None]:
    """Let a database that is opened keep files beside it: of itself MLflow makes ``mlruns`` in the working folder."""
    file = _database_file(uri)
    if file is None:
        yield
        return
    from mlflow.tracking._tracking_service import utils

    name = "DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH"
    settings: dict[str, Any] = vars(utils)
    before = settings[name]
    settings[name] = (file.parent / "mlartifacts").as_uri()
    try:
        yield
    finally:
        settings[name] = before


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back the reports of a database that is being set up, a line for each table."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.INFO))
    try:
        yield
    finally:
        logging.disable(before)


def _first_line(error: Exception) -> str:
    return masked_address(first_line(error))
