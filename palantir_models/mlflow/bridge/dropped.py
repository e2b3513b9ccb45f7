"""What MLflow logged and an experiment cannot hold: counted, and said once."""

from __future__ import annotations

import threading
from collections import Counter

from transforms.common.text import counted

TAG, MODEL, DATASET, TRACE, NESTED, STRAY = "tag", "model", "dataset", "trace", "nested run", "further run"
_ORDER = (TAG, MODEL, DATASET, TRACE, NESTED, STRAY)


class Dropped:
    """Counts of one run's block. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: Counter[str] = Counter()
        self._files: Counter[str] = Counter()
        self._inside: Counter[str] = Counter()

    def add(self, kind: str, count: int = 1) -> None:
        """Count something of one of the kinds above."""
        with self._lock:
            self._kinds[kind] += count

    def add_file(self, kind: str) -> None:
        """Count an artifact that is no PNG, by its kind."""
        with self._lock:
            self._files[kind] += 1

    def add_inside(self, what: str, count: int = 1) -> None:
        """Count what was logged to a run inside the run, or to one of another thread."""
        with self._lock:
            self._inside[what] += count

    def sentence(self) -> str:
        """Return all of it in words, such as ``2 tags, 3 artifacts (1 html, 2 json)``; empty when there is none."""
        with self._lock:
            parts = [counted(self._kinds[TAG], TAG)] if self._kinds[TAG] else []
            if self._files:
                kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(self._files.items()))
                parts.append(f"{counted(self._files.total(), 'artifact')} ({kinds})")
            parts += [counted(self._kinds[kind], kind) for kind in _ORDER[1:] if self._kinds[kind]]
            if self._inside and parts:
                inside = ", ".join(counted(count, what) for what, count in sorted(self._inside.items()))
                parts[-1] += f" (with {inside})"
        return ", ".join(parts)
