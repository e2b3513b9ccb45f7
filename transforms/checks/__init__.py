"""Looking whether datasets are what their checks expect: planned purely, asked of Polars or of Spark in one pass."""
