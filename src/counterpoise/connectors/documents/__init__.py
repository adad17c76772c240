"""Documents that people read: the report as one HTML file and as an Excel workbook."""
