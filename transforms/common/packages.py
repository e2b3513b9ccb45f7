"""Which Python packages are installed."""

from __future__ import annotations


def installed_version(package: str) -> str | None:
    """Return the version of a Python package; None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and few commands ask

    try:
        return version(package)
    except PackageNotFoundError:
        return None
