"""Facts: Parquet files and an engine (DuckDB by default). SQL and Ibis appear only here."""
