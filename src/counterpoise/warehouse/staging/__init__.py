"""A batch's rows renamed, cast and de-duplicated, a canonical table at a time; no joins."""
