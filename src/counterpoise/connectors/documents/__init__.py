"""Documents that people read: the report as HTML and Excel, the meeting pack as HTML and PDF."""
