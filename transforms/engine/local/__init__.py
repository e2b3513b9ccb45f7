"""The single-node engine: pandas, Polars, Arrow and DuckDB frames."""
