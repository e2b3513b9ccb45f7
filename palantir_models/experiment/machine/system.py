"""Use of the machine while a training runs, as metric series of its experiment."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from transforms.errors import MissingExtraError

_log = logging.getLogger(__name__)
_PREFIX = "system/"
_MEBIBYTE = 1 << 20


class SystemMetrics:
    """Samples the use of CPU, memory and GPUs in a thread of its own. What goes wrong in it ends the sampling only.

    The series are ``system/cpu_percent`` and ``system/memory_percent`` of the machine, ``system/process_cpu_percent`` (100
    for each core in use) and ``system/process_memory_mib`` of this process with its children, and for every NVIDIA GPU
    ``system/gpu_0_percent`` and ``system/gpu_0_memory_percent``, which need the package nvidia-ml-py.

    :param log: takes the values of one moment by name, such as ``Experiment.log_metrics``.
    :param seconds: between two samples.
    :raises MissingExtraError: if psutil is not installed.
    """

    def __init__(self, log: Callable[[Mapping[str, float]], None], seconds: float = 10.0) -> None:
        try:
            import psutil
        except ImportError as error:
            raise MissingExtraError(
                "system_metrics=True needs the package psutil. Install it with: pip install 'transforms-on-delta[system]'"
            ) from error
        self._psutil: Any = psutil
        self._log = log
        self._seconds = seconds
        self._stopped = threading.Event()
        self._processes: dict[int, Any] = {}
        self._gpus = _gpus()
        self._thread = threading.Thread(target=self._run, name="system metrics", daemon=True)

    def start(self) -> None:
        """Begin to sample, and go on until :meth:`stop`."""
        self._usage()  # what is measured later is the use since this call
        self._thread.start()

    def stop(self) -> None:
        """Take the last sample and end."""
        self._stopped.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        first = min(1.0, self._seconds)  # a training may be shorter than the time between two samples
        try:
            self._stopped.wait(first)
            self._log(self._usage())
            while not self._stopped.is_set():
                self._stopped.wait(self._seconds)
                self._log(self._usage())
        except Exception as error:  # noqa: BLE001 (training matters more than its system metrics)
            _log.debug("Sampling of the system's use ended: %s", error)

    def _usage(self) -> dict[str, float]:
        psutil = self._psutil
        found = {
            "cpu_percent": psutil.cpu_percent(),
            "memory_percent": psutil.virtual_memory().percent,
            **self._of_processes(),
        }
        for number, gpu in enumerate(self._gpus):
            with suppress(Exception):  # the driver may lose a GPU at any time
                use, memory = gpu()
                found |= {f"gpu_{number}_percent": use, f"gpu_{number}_memory_percent": memory}
        return {_PREFIX + name: float(value) for name, value in found.items()}

    def _of_processes(self) -> dict[str, float]:
        psutil = self._psutil
        own = psutil.Process()
        with suppress(psutil.Error):
            running = {process.pid: process for process in (own, *own.children(recursive=True))}
            # The object of a process knows its use of the CPU when it was asked last.
            self._processes = {pid: self._processes.get(pid, process) for pid, process in running.items()}
        cpu = memory = 0.0
        for process in self._processes.values():
            with suppress(psutil.Error):  # it has ended
                cpu += process.cpu_percent()
                memory += process.memory_info().rss
        return {"process_cpu_percent": cpu, "process_memory_mib": memory / _MEBIBYTE}


def _gpus() -> list[Callable[[], tuple[float, float]]]:
    """Return for each NVIDIA GPU what measures it: percent of its time and of its memory in use."""
    try:
        import pynvml
    except ImportError:
        return []
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError:  # no driver, no GPU
        return []

    def measured(handle: Any) -> tuple[float, float]:
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        return pynvml.nvmlDeviceGetUtilizationRates(handle).gpu, 100 * memory.used / memory.total

    return [partial(measured, handle) for handle in handles]
