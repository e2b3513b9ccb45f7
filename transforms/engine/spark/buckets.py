"""What Spark needs to know to read and write a store in a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from transforms.errors import MissingExtraError
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_NAMES = {
    "aws_access_key_id": "access.key",
    "aws_secret_access_key": "secret.key",
    "aws_session_token": "session.token",
    "aws_endpoint_url": "endpoint",
    "aws_region": "endpoint.region",
}


def bucket_confs(storage: Storage) -> dict[str, str]:
    """Return the properties of Hadoop's S3 client for the bucket of a store; none for a local folder."""
    options = storage.options
    if not options:
        return {}
    found = {name: options[option] for option, name in _NAMES.items() if option in options}
    endpoint = options.get("aws_endpoint_url", "")
    if endpoint:
        found["path.style.access"] = "true"
        found["connection.ssl.enabled"] = str(not endpoint.startswith("http://")).lower()
    bucket = urlsplit(storage.root).netloc
    return {f"fs.s3a.bucket.{bucket}.{name}": value for name, value in found.items()}


def reach(session: SparkSession, storage: Storage, conf: Mapping[str, str]) -> None:
    """Let a session read and write the bucket of a store; nothing for a local folder.

    :param session: the session.
    :param storage: the store's storage.
    :param conf: the user's own properties: what they say of all buckets is not said again of this one.
    :raises MissingExtraError: if Hadoop's client for S3 is not there; says how to bring it.
    """
    confs = bucket_confs(storage)
    if not confs:
        return
    is_ours = hasattr(session, "_jsparkSession")  # behind Spark Connect the client is the server's matter
    if is_ours:
        _require_client(session, storage.root)
    for name, value in confs.items():
        general = "fs.s3a." + name.removeprefix(f"fs.s3a.bucket.{urlsplit(storage.root).netloc}.")
        if f"spark.hadoop.{general}" not in conf and f"spark.hadoop.{name}" not in conf:
            session.conf.set(name, value)
            if is_ours:  # for what works on the context: RDDs and checkpoints
                session._jsc.hadoopConfiguration().set(name, value)


def client_package() -> str:
    """Return the Maven coordinates of Hadoop's client for S3 that goes with the Hadoop of pyspark."""
    from transforms.engine.spark.jars import pyspark_jars

    names = [jar.stem for jar in Path(pyspark_jars()).glob("hadoop-client-api-*.jar")]
    version = names[0].removeprefix("hadoop-client-api-") if names else "3.5.0"
    return f"org.apache.hadoop:hadoop-aws:{version}"


def _require_client(session: SparkSession, root: str) -> None:
    from py4j.protocol import Py4JError

    jvm = session._jvm
    try:
        jvm.org.apache.hadoop.fs.FileSystem.getFileSystemClass("s3a", session._jsc.hadoopConfiguration())
    except Py4JError as error:
        raise MissingExtraError(
            f"Spark cannot reach {root} without Hadoop's client for S3. Add it to pyproject.toml, under "
            f'[tool.transforms.spark]: packages = ["{client_package()}"]. Spark fetches it at its next start, some 670 MB.'
        ) from error
