"""Exports of mailboxes, read as the e-mails that were exchanged with customers."""
