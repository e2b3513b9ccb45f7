"""What to do after ``make run`` and ``make run-spark``: commands to look at what was committed."""

import sys

TABLES = {"/examples/digits/model": "/examples/wine/leaderboard", "/examples/cancer/model": "/examples/cancer/scores"}
QUERY = (
    "import polars as pl; print(pl.read_delta('.transforms/master/models{model}/metrics')"
    ".group_by('series').agg(pl.len(), first=pl.col('value').first(), last=pl.col('value').last()).sort('series'))"
)


def main(model="/examples/digits/model"):
    """Print the commands, ready to be pasted."""
    print()
    print("Everything above lies in Delta tables under .transforms. Four ways to look at it:")
    print()
    print("  .venv/bin/transforms ui")
    print("  .venv/bin/transforms experiments")
    print(f"  .venv/bin/transforms show {TABLES[model]}")
    print(f'  .venv/bin/python -c "{QUERY.format(model=model)}"')
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
