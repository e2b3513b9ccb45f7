"""The page's server over a store, in a thread of the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from palantir_models.page.ids import model_rid
from palantir_models.page.opened import Opened
from palantir_models.page.start import Page, Place
from transforms.config import load_config


class Served:
    """A server over a store, and where its views are.

    :param page: the server, which runs.
    :param root: the store's root.
    """

    def __init__(self, page: Page, root: Path) -> None:
        self.root = root
        self.address = page.address.rstrip("/")
        self.port = page.port

    def model(self, path: str, query: str = "") -> str:
        """Return the address of a model's page."""
        return f"{self.address}/models/{model_rid(path)}{query and f'?{query}'}"


@contextmanager
def serving(root: Path, project: Path | None = None, port: int = 0) -> Iterator[Served]:
    """Serve a store while the block runs.

    :param root: the store.
    :param project: the folder of the project that wrote it; none is known of when None.
    :param port: the port; any that is free when 0.
    """
    page = Page(Opened(load_config(project or root, {}, str(root))), Place(port=port), lambda _: None)
    thread = threading.Thread(target=page.run, args=(False,), daemon=True)  # one that hangs fails its test alone
    thread.start()
    try:
        yield Served(page, root)
    finally:
        page.stop()
        thread.join(60)
    assert not thread.is_alive()
