"""Measuring time and memory so that noise does the least harm."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any


def median_seconds(run: Callable[[], Any], rounds: int = 15, warm_up: int = 2) -> float:
    """Return the median time of a call, in seconds."""
    for _ in range(warm_up):
        run()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def paired_ratio(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int = 5) -> float:
    """Return how many times as long theirs takes as ours, as the median over pairs that run one after the other."""
    ours()
    theirs()
    ratios = []
    for _ in range(rounds):
        began = time.perf_counter()
        ours()
        between = time.perf_counter()
        theirs()
        ratios.append((time.perf_counter() - between) / (between - began))
    return statistics.median(ratios)


def process_seconds(*arguments: str, rounds: int = 7, cwd: str | None = None) -> float:
    """Return the median time of a whole Python process, in seconds."""
    return median_seconds(
        lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=cwd), rounds
    )


def peak_memory(code: str) -> int:
    """Return the most memory that a Python process running some code holds at a time, in kilobytes."""
    # Not ru_maxrss, which begins with what the process that started this one held.
    script = f"{code}\nprint(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-2])
