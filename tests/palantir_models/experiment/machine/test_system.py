"""System metrics: sampled from the beginning to the end, and never at the training's cost."""

import sys
import threading
import types

import pytest

from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.machine.system import SystemMetrics
from palantir_models.experiment.recording import Recording
from transforms.errors import MissingExtraError

NAMES = {"system/cpu_percent", "system/memory_percent", "system/process_cpu_percent", "system/process_memory_mib"}


def test_the_end_is_sampled_however_short_the_training():
    experiment = Experiment(Recording("x", model="/m"))
    sampler = SystemMetrics(experiment.log_metrics, seconds=0.01)
    sampler.start()
    sampler.stop()
    metrics = experiment._recording.recorded().arrow(experiment.experiment_id)["metrics"]
    assert set(metrics["series"].to_pylist()) == NAMES
    assert metrics.num_rows >= len(NAMES)


def test_work_of_this_process_shows():
    experiment = Experiment(Recording("x", model="/m"))
    sampler = SystemMetrics(experiment.log_metrics, seconds=0.2)
    sampler.start()
    held = bytearray(b"x" * (64 << 20))
    while experiment.value_count < 2 * len(NAMES):
        sum(range(10_000))
    sampler.stop()
    rows = experiment._recording.recorded().arrow(experiment.experiment_id)["metrics"].to_pylist()
    cpu = [row["value"] for row in rows if row["series"] == "system/process_cpu_percent"]
    memory = [row["value"] for row in rows if row["series"] == "system/process_memory_mib"]
    assert max(cpu) > 0
    assert min(memory) > len(held) / (1 << 20)


def test_an_experiment_that_refuses_ends_the_sampling_and_nothing_else():
    calls = []

    def refuse(values):
        calls.append(values)
        raise OSError("full")

    sampler = SystemMetrics(refuse, seconds=0.001)
    sampler.start()
    sampler.stop()
    assert len(calls) == 1
    assert not any(thread.name == "system metrics" for thread in threading.enumerate())


def test_each_gpu_is_measured_and_one_that_is_lost_is_left_out(monkeypatch):
    nvml = types.ModuleType("pynvml")
    nvml.NVMLError = RuntimeError
    nvml.nvmlInit = lambda: None
    nvml.nvmlDeviceGetCount = lambda: 2
    nvml.nvmlDeviceGetHandleByIndex = lambda index: index

    def memory(handle):
        if handle == 1:
            raise nvml.NVMLError("lost")
        return types.SimpleNamespace(used=1, total=4)

    nvml.nvmlDeviceGetMemoryInfo = memory
    nvml.nvmlDeviceGetUtilizationRates = lambda _: types.SimpleNamespace(gpu=70)
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    seen = {}
    sampler = SystemMetrics(seen.update, seconds=0.001)
    sampler.start()
    sampler.stop()
    assert seen.keys() - NAMES == {"system/gpu_0_percent", "system/gpu_0_memory_percent"}
    assert (seen["system/gpu_0_percent"], seen["system/gpu_0_memory_percent"]) == (70.0, 25.0)


def test_without_psutil_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'transforms-on-delta\[system\]'"):
        SystemMetrics(print)
