"""External systems in tests: what a test says is answered, and no network is asked."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest

from transforms.api import Output, transform, transform_pandas
from transforms.errors import NotFoundError
from transforms.external.systems import Source, external_systems
from transforms.testing import FakeSource, run_transform


@external_systems(api=Source("ri.source.api"))
@transform.using(out=Output("/orders"))
def orders(api, out):
    connection = api.get_https_connection()
    client = connection.get_client()
    answer = client.get(
        f"{connection.url}/v1/orders", params={"page": 2}, headers={"Authorization": api.get_secret("key")}
    )
    answer.raise_for_status()
    import pandas as pd

    out.write_table(pd.DataFrame(answer.json()))


def test_a_fake_source_answers_and_remembers_what_it_was_asked() -> None:
    fake = FakeSource({"/v1/orders": [{"id": 1}]}, secrets={"key": "k"})

    assert run_transform(orders, sources={"api": fake}).outputs["out"].rows() == [{"id": 1}]

    (asked,) = fake.requests
    assert asked.url == "https://source.test/v1/orders?page=2"
    assert asked.headers["Authorization"] == "k"


def test_an_answer_may_depend_on_the_query_or_the_request() -> None:
    fake = FakeSource(
        {"/v1/orders": [], "GET /v1/orders?page=2": lambda request: [{"method": request.method}]}, {"key": "k"}
    )

    assert run_transform(orders, sources={"api": fake}).outputs["out"].rows() == [{"method": "GET"}]


@pytest.mark.parametrize(("answer", "error"), [(500, "500 Server Error"), (ConnectionError("away"), "away")])
def test_a_failure_of_the_system_is_the_job_s(answer, error: str) -> None:
    with pytest.raises(Exception, match=error):
        run_transform(orders, sources={"api": FakeSource({"/v1/orders": answer}, {"key": "k"})})


def test_bodies_are_bytes_texts_or_json() -> None:
    client = FakeSource({"/a": b"\x00", "/b": "text", "POST /c": {"x": None}}).get_https_connection().get_client()

    assert client.get("https://source.test/a").content == b"\x00"
    assert client.get("https://source.test/b").text == "text"
    assert client.post("https://source.test/c", json={}).json() == {"x": None}


def test_what_nobody_answers_is_refused_with_what_is_there() -> None:
    with pytest.raises(NotFoundError, match="has no answer to it. Did you mean '/v1/order'"):
        run_transform(orders, sources={"api": FakeSource({"/v1/order": []}, {"key": "k"})})
    with pytest.raises(NotFoundError, match="no secret 'key'"):
        run_transform(orders, sources={"api": FakeSource({"/v1/orders": []})})
    with pytest.raises(NotFoundError, match="no source 'apo'. Did you mean 'api'"):
        run_transform(orders, sources={"apo": FakeSource()})


def test_any_object_may_stand_for_a_source() -> None:
    @external_systems(api=Source("ri.source.api"))
    @transform_pandas(Output("/names"))
    def names(api):
        import pandas as pd

        return pd.DataFrame({"name": api.get_https_connection().get_client().get("x").json()})

    source = MagicMock()
    source.get_https_connection().get_client().get.return_value.json.return_value = ["Ada"]

    assert run_transform(names, sources={"api": source}).outputs["output"].rows() == [{"name": "Ada"}]
