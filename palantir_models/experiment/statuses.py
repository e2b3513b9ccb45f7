"""The statuses of an experiment, as every list shows them."""

from __future__ import annotations

from typing import Final

RUNNING: Final = "RUNNING"
"""It takes logs, and its process lives."""
SUCCEEDED: Final = "SUCCEEDED"
"""Its job has ended well, whether it published the experiment or not."""
FAILED: Final = "FAILED"
"""Its job has failed, or was aborted."""
SUPERSEDED: Final = "SUPERSEDED"
"""A later experiment of its name has begun in its process, and nothing was logged to it since."""
ABANDONED: Final = "ABANDONED"
"""Its process died, or its program let go of it, before it ended."""
UNREADABLE: Final = "UNREADABLE"
"""A file of it cannot be read, so nothing more is known of it."""
DELETED: Final = "DELETED"
"""It was deleted while somebody followed it; no list shows it."""
