"""A real cluster: a standalone master and two workers, each a process, and builds from the shell that run on it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.class_archive import java_options
from tests.processes import await_true, free_port, kill
from transforms.engine.spark.installation import require_spark

_REPOSITORY = Path(__file__).parents[2]
_MAIN = "org.apache.spark.deploy"
_SECONDS = 600  # for whatever is waited for; a busy machine takes its time
_DOWNLOAD_SECONDS = 1800  # a machine that has none of its jars gets some hundred megabytes of them first


@dataclass
class Cluster:
    """A master, and workers of one core each.

    Attributes:
        folder: where its logs are.
        workers: the workers that were started, the dead ones included.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    _processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def master(self) -> str:
        """The address for ``[tool.transforms.spark]``."""
        return f"spark://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the master, or whichever worker is missing."""
        if not self._log("master").exists():
            self._run("master", f"{_MAIN}.master.Master", "--port", str(self.port), "--webui-port", "0")
        living = sum(worker.poll() is None for worker in self.workers)
        for number in range(len(self.workers), len(self.workers) + 2 - living):
            options = ["--cores", "1", "--memory", "700m", "--webui-port", "0", "--work-dir", str(self.folder)]
            self.workers.append(self._run(f"worker{number}", f"{_MAIN}.worker.Worker", *options, self.master))
            log = self._log(f"worker{number}")
            await_true(
                lambda log=log: "Successfully registered" in log.read_text(), "a worker's registration", _SECONDS
            )

    def stop(self) -> None:
        """Kill everything."""
        for process in self._processes:
            if process.poll() is None:
                kill(process)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _run(self, name: str, main: str, *arguments: str) -> subprocess.Popen[str]:
        import pyspark

        home, jars = require_spark().home, Path(pyspark.__file__).parent / "jars"
        java = [home / "bin/java", *java_options().split(), "-Xmx256m"]
        environment = {
            **os.environ,
            "JAVA_HOME": str(home),
            "SPARK_HOME": str(jars.parent),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_SCALA_VERSION": "2.13",
        }
        with open(self._log(name), "w") as log:
            process = subprocess.Popen(
                [*java, "-cp", f"{jars}/*", main, "--host", "127.0.0.1", *arguments],
                stdout=log,
                stderr=log,
                text=True,
                env=environment,
                cwd=self.folder,
                start_new_session=True,  # a worker's executors die with it
            )
        self._processes.append(process)
        return process


@pytest.fixture(scope="session")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(needs_spark: None, _cluster: Cluster) -> Cluster:
    """The cluster, with two living workers."""
    _cluster.start()
    return _cluster


@dataclass
class ClusterProject:
    """A project that is built from the shell, on a cluster."""

    folder: Path
    builds: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def store(self) -> Path:
        """The store's root."""
        return self.folder / ".transforms"

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start ``transforms build``, with this in its environment."""
        process = self._run("build", *arguments, **environment)
        self.builds.append(process)
        return process

    def gc(self, *arguments: str) -> None:
        """Run ``transforms gc``."""
        process = self._run("gc", *arguments)
        printed, _ = process.communicate(timeout=_SECONDS)
        assert process.returncode == 0, printed

    def build(self, *arguments: str) -> tuple[int, str]:
        """Return the exit status of ``transforms build``, and what it printed."""
        process = self.start(*arguments)
        printed, _ = process.communicate(timeout=_DOWNLOAD_SECONDS)
        return process.returncode, printed

    def await_file(self, name: str) -> Path:
        """Wait until a job has written a file."""
        path = self.folder / name
        await_true(path.exists, f"{name} of the job", _SECONDS)
        return path

    def _run(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "transforms", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(_REPOSITORY), **environment},
            start_new_session=True,  # its JVM, the driver, dies with it
        )


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Iterator[Callable[..., ClusterProject]]:
    """Make a project of a module's source, if any, and of pipelines that can be imported, that runs on the cluster."""
    made = ClusterProject(tmp_path)

    def make(source: str, *pipelines: str, conf: str = "") -> ClusterProject:
        own = ("jobs_on_cluster",) if source else ()
        names = ", ".join(f'"{name}"' for name in (*own, *pipelines))
        (tmp_path / "pyproject.toml").write_text(
            f"[tool.transforms]\npipelines = [{names}]\n"
            f'[tool.transforms.spark]\nmaster = "{cluster.master}"\n'
            '[tool.transforms.spark.conf]\n"spark.executor.memory" = "600m"\n"spark.driver.host" = "127.0.0.1"\n'
            '"spark.driver.bindAddress" = "127.0.0.1"\n"spark.sql.shuffle.partitions" = "2"\n'
            '"spark.databricks.delta.snapshotPartitions" = "2"\n'
            f'"spark.ui.enabled" = "false"\n"spark.executor.extraJavaOptions" = "{java_options()}"\n'
            f"{conf}\n"
        )
        (tmp_path / "jobs_on_cluster.py").write_text(textwrap.dedent(source))
        return made

    yield make
    for build in made.builds:
        if build.poll() is None:
            kill(build)
