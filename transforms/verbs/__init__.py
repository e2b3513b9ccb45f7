"""Small helpers over Spark DataFrames."""
