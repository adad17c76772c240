"""A folder per outside thing: files (read), sample (a simulated company), documents (written)."""
