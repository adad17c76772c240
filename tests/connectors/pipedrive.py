"""A company on Pipedrive: its users, a customer and its deal, and our way in."""

from counterpoise.connectors.pipedrive.client import Login
from counterpoise.connectors.pipedrive.source import HISTORY_DAYS, Pipedrive
from counterpoise.connectors.pipedrive.writer import PipedriveWriter
from counterpoise.connectors.sources.http import Patience, open_session
from counterpoise.connectors.sources.reach import read_reach

OAUTH = {"client_id": "app", "client_secret": "secret", "refresh_token": "refresh"}


class Company:
    """One at Pipedrive, with ids of what it has by the names that tests use."""

    def __init__(self, server):
        self.server = server
        self.layla = server.add("users", name="ليلى حداد", active_flag=True)
        self.omar = server.add("users", name="Omar Said", active_flag=False)
        self.noor = server.add("organizations", name="شركة النور", owner_id=self.omar)
        self.deal = self.open_deal("توريد مضخات", 250_000)

    def open_deal(self, name, amount, **values):
        told = {"owner_id": self.omar, "org_id": self.noor, "expected_close_date": "2026-03-31"}
        return self.server.add("deals", title=name, value=amount, currency="SAR", **told, **values)

    def connect(self, history_days=HISTORY_DAYS, **login):
        return Pipedrive(open_it(), self.sign(**login), "pipedrive", history_days)

    def write(self, key_field=""):
        return PipedriveWriter(open_it(), self.sign(), key_field)

    def sign(self, **login):
        told = login or {"api_token": "key-1"}
        return Login(self.server.url, oauth=self.server.url, **told)

    def read(self, name, since=None, until=None, source=None):
        """What a refresh gets of one object, row by row."""
        source = source or self.connect()
        described = self.describe(name, source)
        batches = source.read(described, since, until or self.server.now)
        return [row for batch in batches for row in batch.to_pylist()]

    def list_removed(self, name, since=None):
        source = self.connect()
        return list(source.read_removed(self.describe(name, source), since, self.server.now))

    def describe(self, name, source=None):
        described = (source or self.connect()).describe()
        return next(each for each in described if each.name == name)


def open_it():
    quick = Patience(backoff=0.01, jitter=0.0)
    return open_session(read_reach("127.0.0.1"), retry_writes=True, patience=quick)
