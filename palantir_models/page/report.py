"""A comparison as one file of HTML: it can be read without a network, and sent to whoever has a browser.

The file holds its data, and the script and the style that draw them. Its policy lets a browser run this script and no other, by
its sum, and reach nothing.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from palantir_models.page.compared import POINTS, comparison_json
from transforms.errors import MissingExtraError

if TYPE_CHECKING:
    from palantir_models.reading.comparison import Comparison
    from palantir_models.reading.experiment import RecordedExperiment

FOLDER = Path(__file__).with_name("static")
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data: blob:; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'"
)
_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This report draws its charts with the JavaScript that it holds.</noscript>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
<!--
{notices}
-->
</body>
</html>
"""


def report(
    comparison: Comparison[RecordedExperiment],
    title: str,
    points: int = POINTS,
    ranks: Mapping[str, int] | None = None,
) -> str:
    """Return a comparison as a document of HTML that needs nothing else.

    The parameters are those of :func:`~palantir_models.page.compared.comparison_json`.

    :raises MissingExtraError: if this checkout has no bundle of the page's scripts.
    """
    script, style, notices = (bundled(name) for name in ("report.js", "report.css", "licences.txt"))
    return _DOCUMENT.format(
        policy=html.escape(_POLICY.format(script=_sum(script), style=_sum(style))),
        title=html.escape(title),
        style=style,
        # Whatever a name holds, it ends neither the element nor begins a comment in it.
        data=comparison_json(comparison, title, points, ranks).replace("<", "\\u003c"),
        script=script,
        notices=notices.replace("--", "- -"),
    )


def bundled(name: str) -> str:
    """Return a file of the bundle that is made of ``ui/``.

    :raises MissingExtraError: if it was not made.
    """
    file = FOLDER / name
    if not file.is_file():
        raise MissingExtraError(
            f"This checkout has no bundle of the page's scripts: {file} is missing. Type: make page"
        )
    return file.read_text(encoding="utf-8")


def _sum(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
