"""What every outside system has in common: how it is read, asked over HTTP, and written back to."""
