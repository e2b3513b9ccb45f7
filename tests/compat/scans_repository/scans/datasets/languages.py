"""What a service says of the scans, and what is counted by it."""

import logging

import pandas as pd

from transforms.api import Input, LightweightInput, LightweightOutput, Output, StringParam, lightweight, transform
from transforms.external.systems import ResolvedSource, Source, external_systems

log = logging.getLogger(__name__)


@lightweight()
@external_systems(service=Source("ri.magritte..source.languages"))
@transform(out=Output("/scans/languages"), words=Input("/scans/words"))
def languages(service: ResolvedSource, words: LightweightInput, out: LightweightOutput):
    url = service.get_https_connection().url
    client = service.get_https_connection().get_client()
    found = []
    for scan in sorted(words.pandas()["scan"]):
        answer = client.get(f"{url}/v1/language", params={"of": scan}, headers={"X-Key": service.get_secret("key")})
        answer.raise_for_status()
        found.append({"scan": scan, "language": answer.json()["language"]})
    log.info("%d answers", len(found))
    return out.write_pandas(pd.DataFrame(found))


@transform.using(
    counts=Output("/scans/counts"),
    words=Input("/scans/words"),
    languages=Input("/scans/languages"),
    other=StringParam("other", description="What stands for a language that nobody knows."),
)
def counts(ctx, counts, words, languages, other):
    conn = ctx.duckdb().conn
    conn.execute("SET threads = 1")
    counts.write_table(
        conn.sql(
            f"""
            SELECT coalesce(language, '{other.value}') AS language, sum(words)::BIGINT AS words
            FROM words LEFT JOIN languages USING (scan) GROUP BY 1 ORDER BY 1
            """
        )
    )
