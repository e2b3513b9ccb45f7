"""The distributed engine: Spark reads pinned versions and stages frames; nothing here is imported before it is asked for."""
