"""Letters by e-mail, through the company's own mail server."""
