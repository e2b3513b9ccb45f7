"""What docs/incremental.md shows is what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import palantir_models as pm
from palantir_models import open_model

DOCUMENT = (Path(__file__).parents[3] / "docs/incremental.md").read_text(encoding="utf-8")


class Forecast(pm.ModelAdapter):
    """Tells the amount of a day."""

    @pm.auto_serialize
    def __init__(self, regressor):
        self.regressor = regressor

    @classmethod
    def api(cls):
        return {"df_in": pm.Pandas()}, {"df_out": pm.Pandas()}

    def predict(self, df_in):
        return df_in.assign(amount=self.regressor.predict(df_in))


def sample(heading=None):
    """Return the names that the sample of a section defines, and the dialogues in it; None is what comes before all of them."""
    section = re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)
    text = section[0] if heading is None else next(one for one in section if one.startswith(heading))
    code, *dialogues = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {"__name__": "shop", "Forecast": Forecast}
    exec(compile(code, "shop.py", "exec"), names)
    return names, dialogues


def test_the_first_sample_adds_what_came(run_transform):
    """And its test adds data in between."""
    names, _ = sample()
    run_transform(names["clean"], {"orders": [{"id": 1, "price": 2.5}, {"id": 2, "price": None}]})
    result = run_transform(names["clean"], {"orders": [{"id": 3, "price": 1.5}]}, append=True)
    assert sorted(row["id"] for row in result.outputs["clean"].rows()) == [1, 3]


def test_training_goes_on_and_its_experiment_says_what_was_read(run_transform, store, monkeypatch):
    """As the document's dialogue has it."""
    names, (dialogue,) = sample("Training")
    run_transform(names["train"], {"rows": [{"day": 1, "amount": 2.0}]})
    more = [{"day": 2, "amount": 4.0}, {"day": 3, "amount": 6.0}]
    second = run_transform(names["train"], {"rows": more}, append=True)
    assert second.models["model"].load().regressor.t_ == 1 + 3  # it has seen three rows
    monkeypatch.setenv("TRANSFORMS_ROOT", str(store.root))
    asked = doctest.DocTestParser().get_doctest(dialogue, {}, "docs/incremental.md", None, None)
    assert doctest.DocTestRunner().run(asked).failed == 0
    experiment = open_model("/shop/forecast").experiment("1.1.0")
    assert [(read.kind, read.rows_read, read.since) for read in experiment.inputs] == [
        ("dataset", 2, 0),
        ("model", None, None),
    ]
    assert "/shop/orders version 1 (2 rows since version 0), /shop/forecast version 1.0.0" in repr(experiment)
