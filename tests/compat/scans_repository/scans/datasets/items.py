"""Scans become media items; each new one is read."""

import re

from transforms.api import Input, LightweightContext, LightweightOutput, Output, incremental, transform
from transforms.mediasets import MediaSetInput, MediaSetOutput


@transform(files=Input("/scans/files"), items=MediaSetOutput("/scans/items"))
def upload(files, items):
    items.put_dataset_files(files, ignore_items_not_matching_schema=True)


@incremental(v2_semantics=True)
@transform.using(
    items=MediaSetInput("/scans/items"), texts=MediaSetOutput("/scans/texts"), words=Output("/scans/words")
)
def read(ctx: LightweightContext, items, texts, words: LightweightOutput):
    import polars as pl

    rows = []
    for item in items.list_media_items_by_path_with_media_reference(ctx).to_dicts():
        with items.get_media_item(item["mediaItemRid"]) as scan:
            text = scan.read().decode()
        texts.put_media_item(text.upper().encode(), re.sub(r"\.scan$", ".txt", item["path"]))
        rows.append({"scan": item["path"], "words": len(text.split())})
    words.write_table(pl.DataFrame(rows, schema={"scan": pl.String, "words": pl.Int64}))
