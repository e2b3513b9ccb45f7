"""What to do after ``make run``: three commands to look at what was committed."""

import shlex

QUERY = (
    "import polars as pl; print(pl.read_delta('.transforms/master/models/examples/digits/model/metrics')"
    ".group_by('series').agg(pl.len(), first=pl.col('value').first(), last=pl.col('value').last()).sort('series'))"
)


def main():
    """Print the commands, ready to be pasted."""
    print()
    print("Everything above lies in Delta tables under .transforms. Three ways to look at it:")
    print()
    print("  .venv/bin/transforms experiments")
    print("  .venv/bin/transforms show /examples/wine/leaderboard")
    print(f"  .venv/bin/python -c {shlex.quote(QUERY) if chr(34) in QUERY else chr(34) + QUERY + chr(34)}")
    print()


if __name__ == "__main__":
    main()
