"""An external system as a compute function receives it: its secrets, and a client for its HTTPS interface."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from transforms.errors import ConfigError, UnavailableError
from transforms.external.client import need_requests
from transforms.external.settings import SourceSettings

_TRIES = 3
_PASSING = (502, 503, 504)


@dataclass(frozen=True)
class ClientCertificate:
    """The files of the certificate that this side shows.

    Attributes:
        certificate_file_path: the certificate's.
        private_key_file_path: its key's.
    """

    certificate_file_path: str
    private_key_file_path: str


class HttpsConnection:
    """The HTTPS interface of an external system.

    Follows the public page data-connection/external-transforms.

    :param settings: what the project says of the system.
    :param project: the folder that names of files begin at.
    :raises ConfigError: if the project does not say where it is.
    """

    def __init__(self, settings: SourceSettings, project: Path) -> None:
        if settings.url is None:
            raise ConfigError(
                f"The source {settings.name!r} has no address here; say in pyproject.toml where it is, {settings.place}: "
                f'url = "https://..."'
            )
        self._url = settings.url
        self._settings = settings
        self._project = project

    @property
    def url(self) -> str:
        """Where the interface begins; the client takes whole addresses, so put it before a path."""
        return self._url

    @property
    def headers(self) -> Mapping[str, str]:
        """What each request of the client carries.

        :raises ConfigError: if an environment variable that one names is not set.
        """
        return self._settings.filled(self._settings.headers)

    @property
    def query_params(self) -> Mapping[str, str]:
        """Parameters of each request of the client.

        :raises ConfigError: if an environment variable that one names is not set.
        """
        return self._settings.filled(self._settings.query)

    def get_client(self, timeout: float = 30) -> Any:
        """Return a ``requests.Session`` with the system's headers, parameters and certificates.

        It tries again what may pass: a connection that is refused, and the answers 502, 503 and 504.

        :param timeout: how long to wait for an answer where a call does not say so itself, in seconds.
        :raises MissingExtraError: if ``requests`` is not installed.
        """
        requests = need_requests()
        from requests.adapters import HTTPAdapter, Retry

        class Patient(HTTPAdapter):  # type: ignore[misc]
            def send(self, request: Any, **options: Any) -> Any:
                if options.get("timeout") is None:
                    options["timeout"] = timeout
                return super().send(request, **options)

        session = requests.Session()
        for scheme in ("https://", "http://"):
            again = Retry(total=_TRIES, backoff_factor=0.5, status_forcelist=_PASSING, raise_on_status=False)
            session.mount(scheme, Patient(max_retries=again))
        session.headers.update(self.headers)
        session.params.update(self.query_params)
        certificate = client_certificate(self._settings, self._project)
        if certificate is not None:
            session.cert = (certificate.certificate_file_path, certificate.private_key_file_path)
        if self._settings.certificates is not None:
            session.verify = _file(self._project, self._settings.certificates)
        return session


class ResolvedSource:
    """An external system as a compute function receives it.

    Follows the public page data-connection/external-transforms; the calls are those of the public package
    external-systems.

    :param settings: what the project says of the system.
    :param project: the folder that names of files begin at.
    """

    def __init__(self, settings: SourceSettings, project: Path) -> None:
        self._settings = settings
        self._project = project

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._settings.name}>"

    @property
    def secrets(self) -> Mapping[str, str]:
        """The system's secrets by name.

        :raises ConfigError: if the environment variable of one is not set.
        """
        return {name: self.get_secret(name) for name in self._settings.secrets}

    def get_secret(self, key: str) -> str:
        """Return a secret of the system, from the environment variable that the project names for it.

        :param key: its name.
        :raises ConfigError: if the project names none, or it is not set; says what to type.
        """
        return self._settings.secret(key)

    def get_https_connection(self) -> HttpsConnection:
        """Return the connection to its HTTPS interface: its ``url``, and a client.

        :raises ConfigError: if the project does not say where it is.
        """
        return HttpsConnection(self._settings, self._project)

    def get_https_proxy_uri(self) -> str | None:
        """Return the proxy on the way to the system: none, as a local job stands in its own network."""
        return None

    def create_socket(self, target_host: str, target_port: int) -> socket.socket:
        """Return a connected socket.

        :param target_host: the host.
        :param target_port: the port.
        :raises OSError: if it cannot be connected.
        """
        return socket.create_connection((target_host, target_port))

    @property
    def client_certificate(self) -> ClientCertificate | None:
        """The certificate that this side shows, as files; None where the project names none."""
        return client_certificate(self._settings, self._project)

    @property
    def server_certificates_bundle_path(self) -> str | None:
        """The file of the certificates that the system is trusted by; None for the usual ones."""
        return None if self._settings.certificates is None else _file(self._project, self._settings.certificates)

    @property
    def source_configuration(self) -> Any:
        """Whatever else the project says of it under ``configuration``."""
        return self._settings.configuration

    def get_aws_credentials(self) -> NoReturn:
        """Refuse: Foundry's service makes such credentials.

        :raises UnavailableError: always.
        """
        self._refuse("get_aws_credentials")

    def get_session_credentials(self) -> NoReturn:
        """Refuse, as :meth:`get_aws_credentials` does."""
        self._refuse("get_session_credentials")

    def _refuse(self, call: str) -> NoReturn:
        raise UnavailableError(
            f"{call}() of the source {self._settings.name!r}: only Foundry makes such credentials, so name yours as secrets "
            f"in {self._settings.place} and read them with get_secret()."
        )


def client_certificate(settings: SourceSettings, project: Path) -> ClientCertificate | None:
    """Return the files of the certificate that this side shows; None where there is none.

    :param settings: what the project says of the system.
    :param project: the folder that names of files begin at.
    """
    if settings.certificate is None or settings.private_key is None:
        return None
    return ClientCertificate(_file(project, settings.certificate), _file(project, settings.private_key))


def _file(project: Path, name: str) -> str:
    return str(project / Path(name).expanduser())
