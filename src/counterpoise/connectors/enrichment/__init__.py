"""Providers that say more of a company: a file, a table, an API, the company's own web page."""
