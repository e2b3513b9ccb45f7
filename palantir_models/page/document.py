"""The page's HTML documents, and the bundle of scripts and styles that they load.

The bundle is made from ``ui/`` into the folder ``static``: ``main.js`` and ``main.css`` of the page, and ``frame.js`` of the
frame in which plots are drawn. It is served below the sum of its content, so that a browser keeps it for good and never mixes
two of them.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse, Response

from palantir_models.page.answers import Refusal

_FOLDER = Path(__file__).with_name("static")
_PLOTLY = "plotly.min.js"
_FOREVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    # The frame of plots has an origin of its own, and loads its scripts from here.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
# Plotly writes styles into its elements and parses SVG from text, which Trusted Types forbid; so it has no power here.
_FRAME_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; "
    "worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Models</title>
<link rel="icon" href="/static/{sum}/icon.svg">
<link rel="stylesheet" href="/static/{sum}/main.css">
<script type="module" src="/static/{sum}/main.js"></script>
</head>
<body><div id="app"></div><noscript>The model page needs JavaScript.</noscript></body>
</html>
"""
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Plots</title>
<script src="/static/{sum}/plotly.min.js"></script>
<script src="/static/{sum}/frame.js"></script>
</head>
<body></body>
</html>
"""
_UNMADE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Models</title></head>
<body><h1>The page was not made</h1><p>This checkout has no bundle of the page's scripts. Type <code>make page</code> in its
folder, then load this page again.</p></body>
</html>
"""


def page(folder: Path = _FOLDER, status: int = 200) -> Response:
    """Return the one document of the page, whatever its path; with 404 as its status it says that there is nothing."""
    if not (folder / "main.js").is_file():
        return HTMLResponse(_UNMADE, 503, {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"})
    return HTMLResponse(_DOCUMENT.format(sum=_sum(folder)), status, {"Content-Security-Policy": _PAGE_POLICY})


def frame(folder: Path = _FOLDER) -> Response:
    """Return the document of the frame in which plots are drawn."""
    return HTMLResponse(_FRAME.format(sum=_sum(folder)), headers={"Content-Security-Policy": _FRAME_POLICY})


def static(wanted_sum: str, name: str, folder: Path = _FOLDER) -> Response:
    """Return a file of the bundle, or the plotting library.

    :param wanted_sum: the sum of the bundle that asks for it.
    :param name: the file's name.
    :raises Refusal: if the bundle has no such file, or is another by now.
    """
    files = _files(folder)
    if name not in files:
        raise Refusal(404, "There is no such file", f"The page has no file {name[:200]!r}.")
    if wanted_sum != _sum(folder):
        raise Refusal(
            404, "The page is another by now", "It was made anew since it was loaded.", "Load the page again."
        )
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(files[name].read_bytes(), headers=_FOREVER, media_type=kind)


def _files(folder: Path) -> Mapping[str, Path]:
    """Return what may be asked for, by name: nothing is found by a path that came from outside."""
    found = {file.name: file for file in sorted(folder.glob("*")) if file.is_file()}
    return {**found, _PLOTLY: _plotly()}


def _sum(folder: Path) -> str:
    """Return the sum of the bundle, looked at anew when a file of it changes."""
    files = _files(folder)
    return _sum_of(tuple((name, file, file.stat().st_mtime_ns) for name, file in files.items()))


@cache
def _sum_of(files: tuple[tuple[str, Path, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, file, _ in files:
        digest.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@cache
def _plotly() -> Path:
    from importlib.util import find_spec

    spec = find_spec("plotly")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "package_data" / _PLOTLY
