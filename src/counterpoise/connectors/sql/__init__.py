"""Any SQL database as a source: tables and queries, read since their time column moved."""
