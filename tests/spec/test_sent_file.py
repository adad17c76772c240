"""A file that somebody sent keeps the name its owner gave it, whatever it is called on disk."""

from pathlib import Path

from counterpoise.domain.tables.received import SentFile


def test_a_sent_file_is_called_as_its_owner_calls_it():
    assert str(SentFile("صفقات.csv", Path("/uploads/7f3a"))) == "صفقات.csv"
