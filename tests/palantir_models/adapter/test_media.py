"""References to items of media sets, and the bytes that they stand for."""

from __future__ import annotations

import gc

import pandas as pd
import pytest

import palantir_models as pm
from palantir_models.adapter.media import MediaItem
from palantir_models.transforms import ModelInput
from transforms.api import Output, transform
from transforms.errors import NotFoundError, UnavailableError
from transforms.mediasets import MediaSetInput
from transforms.run.put_frame import put_frame


class Lengths(pm.ModelAdapter):
    """Tells how long each item is."""

    @pm.auto_serialize
    def __init__(self):
        pass

    @classmethod
    def api(cls):
        return {"df_in": pm.Pandas([("mediaReference", pm.MediaReference)])}, {"df_out": pm.Pandas([("size", int)])}

    def predict(self, df_in):
        sizes = []
        for item in df_in["mediaReference"]:
            with item.get_media_item() as file:
                sizes.append(len(file.read()))
        return pd.DataFrame({"size": sizes})


def references(run_transform, files):
    """Return the references of a media set's items, as a job lists them, by path."""
    found = {}

    @transform.using(scans=MediaSetInput("/scans"), out=Output("/listed"))
    def look(scans, out):
        listing = scans.list_media_items_by_path_with_media_reference()
        found.update(zip(listing["path"], listing["mediaReference"], strict=True))
        out.write_table(listing)

    run_transform(look, {"scans": files})
    return found


def test_an_adapter_reads_the_items_that_a_job_lists(run_transform) -> None:
    @transform.using(scans=MediaSetInput("/scans"), model=ModelInput("/model"), out=Output("/out"))
    def measure(scans, model, out):
        listing = scans.list_media_items_by_path_with_media_reference().to_pandas()
        out.write_table(model.transform(listing[["mediaReference"]]).df_out)

    inputs = {"scans": {"a.pdf": b"four", "b.pdf": b"seven.."}, "model": Lengths()}
    assert run_transform(measure, inputs).output.column("size") == [4, 7]


def test_outside_of_a_job_the_projects_store_has_them(run_transform, store, monkeypatch) -> None:
    """Whichever dataset of raw files it is; what was replaced is told."""
    found = references(run_transform, {"a.pdf": b"one"})
    monkeypatch.setenv("TRANSFORMS_ROOT", str(store.root))
    item = MediaItem(found["a.pdf"])
    assert item.get_media_item().read() == b"one"
    put_frame(store, "master", "/scans", {"a.pdf": b"two"})
    gc.collect()  # the job, which listed what there was
    with pytest.raises(NotFoundError, match="list the media set again"):
        item.get_media_item()


def test_what_only_foundrys_service_does_is_refused() -> None:
    item = MediaItem({"mediaSetRid": "ri.a", "mediaItemRid": "ri.b"})
    for call in (
        lambda: item.get_media_item_metadata(),
        lambda: item.get_media_item_via_access_pattern("preview", "p"),
        lambda: item.transform_media_item("out", {}),
        lambda: item.transform_and_wait({}),
        lambda: item.transformation_calculation_hint({}, []),
    ):
        with pytest.raises(UnavailableError, match=r"get_media_item\(\) gives the bytes"):
            call()
