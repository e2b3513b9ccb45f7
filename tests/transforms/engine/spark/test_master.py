"""An address that nothing answers at is said at once."""

from __future__ import annotations

import socket

import pytest

from transforms.engine.spark.master import check_reachable
from transforms.errors import EngineError


@pytest.fixture
def listening():
    """An address that answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def silent():
    """An address that refuses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"127.0.0.1:{port}"


@pytest.mark.parametrize("scheme", ["spark", "sc"])
def test_nothing_answers(scheme, silent):
    """The address, the reason and the setting are named."""
    with pytest.raises(EngineError, match=rf"{scheme}://{silent} .*refused.*tool.transforms.spark"):
        check_reachable(f"{scheme}://{silent}")


def test_one_of_several_masters_is_enough(listening, silent):
    """A standby may be down."""
    check_reachable(f"spark://{silent},{listening}")


def test_options_of_a_connect_address_do_not_matter(listening):
    """They follow a semicolon."""
    check_reachable(f"sc://{listening}/;token=abc;user_id=me")


@pytest.mark.parametrize("master", ["local[*]", "yarn", "k8s://https://127.0.0.1:1", "spark://only-a-name"])
def test_what_has_no_address_is_not_asked(master):
    """Spark finds these by itself."""
    check_reachable(master)
