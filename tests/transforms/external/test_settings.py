"""What a project says of its external systems, and what it may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.config import load_config
from transforms.errors import ConfigError
from transforms.external.settings import SourceSettings, source_settings

PROJECT = """
[tool.transforms.sources."ri.source.weather"]
url = "https://api.weather.test"
headers = { Authorization = "Bearer ${WEATHER_TOKEN}" }
secrets = { token = "WEATHER_TOKEN" }
"""


def test_sources_are_read_from_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT)

    source = load_config(tmp_path, {}).sources["ri.source.weather"]

    assert source.url == "https://api.weather.test"
    assert source.secrets == {"token": "WEATHER_TOKEN"}


def test_a_secret_comes_from_the_variable_that_is_named_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEATHER_TOKEN", "s3cret")
    settings = SourceSettings("ri.x", headers={"A": "Bearer ${WEATHER_TOKEN}!"}, secrets={"token": "WEATHER_TOKEN"})

    assert settings.secret("token") == "s3cret"
    assert settings.filled(settings.headers) == {"A": "Bearer s3cret!"}


def test_a_secret_that_nobody_named_is_answered_with_what_to_type() -> None:
    with pytest.raises(ConfigError, match=r'"ri.x"\]: secrets = \{ apiKey = "APIKEY" \}'):
        SourceSettings("ri.x").secret("apiKey")
    with pytest.raises(ConfigError, match="Did you mean 'apiKey'"):
        SourceSettings("ri.x", secrets={"apiKey": "KEY"}).secret("apikey")


@pytest.mark.parametrize("ask", [lambda s: s.secret("token"), lambda s: s.filled(s.query)])
def test_a_variable_that_is_not_set_is_named(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)

    with pytest.raises(ConfigError, match=r"export NOT_SET="):
        ask(SourceSettings("ri.x", query={"key": "${NOT_SET}"}, secrets={"token": "NOT_SET"}))


def test_a_secret_written_into_the_file_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match="does not belong into a file") as caught:
        source_settings("ri.x", {"secrets": {"token": "sk-live-12345"}})

    assert "12345" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"uri": "https://x"}, "Did you mean 'url'"),
        ({"url": 3}, "url must be text"),
        ({"secrets": ["token"]}, "secrets must be a table"),
        ({"certificate": "a.pem"}, "both certificate and private_key"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(table, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        source_settings("ri.x", table)


def test_a_source_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.transforms.sources]\nweather = "https://x"')

    with pytest.raises(ConfigError, match=r'\[tool.transforms.sources."weather"\]'):
        load_config(tmp_path, {})
