"""Files and folders as a source: CSV, Excel, Parquet, and gz or zip of these."""
