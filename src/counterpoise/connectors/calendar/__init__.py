"""Exports of calendars, read as the meetings that were held with customers."""
