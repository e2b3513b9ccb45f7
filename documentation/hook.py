"""What MkDocs calls while it builds the site: pages are added that are made from the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from documentation import commands, errors, names, settings, variables
from palantir_models.evaluation.columns import evaluations_schema
from palantir_models.experiment.columns.schema import schema
from palantir_models.model.lifecycle import lifecycle_schema
from palantir_models.model.versions import versions_schema
from transforms.store.ledger_log import arrow_schema

_COLUMNS = re.compile(r"^<!-- columns of (\w+) -->$", re.MULTILINE)
_INDEX = "reference/index.md"


def generated() -> Iterator[tuple[str, str, str]]:
    """Yield title, path and Markdown of every page that is made from the code."""
    yield "Commands", "reference/commands.md", commands.page()
    yield "Exit codes", "reference/exit-codes.md", commands.exit_code_page()
    yield "Settings", "reference/settings.md", settings.page()
    yield "Environment variables", "reference/environment.md", variables.page()
    yield "Errors", "reference/errors.md", errors.page()
    yield from names.pages()


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the generated pages into the navigation."""
    pages = list(generated())
    listed = "\n".join(f"- [{title}]({path.removeprefix('reference/')})" for title, path, _ in pages)
    index = f"# Reference\n\nMade from the code whenever this site is built.\n\n{listed}\n"
    config.extra["generated"] = {_INDEX: index, **{path: text for _, path, text in pages}}
    for entry in config.nav:
        if "Reference" in entry:
            entry["Reference"] = [_INDEX, *({title: path} for title, path, _ in pages)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those of docs/."""
    for path, text in config.extra.pop("generated").items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the columns of the tables where a page asks for them."""
    return _COLUMNS.sub(lambda asked: columns(asked[1]), markdown)


def columns(table: str) -> str:
    """Return the columns of one of the store's tables as a table of Markdown.

    :param table: ``ledger``, ``versions``, ``evaluations``, ``lifecycle``, or a table of experiments.
    """
    others = {
        "ledger": arrow_schema,
        "versions": versions_schema,
        "evaluations": evaluations_schema,
        "lifecycle": lifecycle_schema,
    }
    found: pa.Schema = others.get(table, lambda: schema(table))()
    lines = "\n".join(f"| `{field.name}` | {field.type} |" for field in found)
    return f"| column | type |\n|---|---|\n{lines}"
