"""A company on HubSpot: its owners, a customer and its deal, and our way in."""

from counterpoise.connectors.hubspot.client import Login
from counterpoise.connectors.hubspot.source import HubSpot
from counterpoise.connectors.hubspot.writer import HubSpotWriter
from counterpoise.connectors.sources.http import Patience, open_session
from counterpoise.connectors.sources.reach import read_reach

OAUTH = {"client_id": "app", "client_secret": "secret", "refresh_token": "refresh"}


class Company:
    """One at HubSpot, with ids of what it has by the names that tests use."""

    def __init__(self, server):
        self.server = server
        self.layla = server.add_owner("ليلى", "حداد")
        self.omar = server.add_owner("Omar", "Said")
        server.add_owner("Sara", "Left", archived=True)
        server.add_owner("Queue", "Support", type_="QUEUE")
        self.noor = server.add("companies", name="شركة النور", hubspot_owner_id=self.omar)
        self.huda = server.add("contacts", firstname="هدى", associatedcompanyid=self.noor)
        self.deal = self.open_deal("توريد مضخات", "250000")

    def open_deal(self, name, amount, stage="appointmentscheduled"):
        told = {"closedate": "2026-03-31T00:00:00Z", "hubspot_owner_id": self.omar}
        linked = [("companies", self.noor), ("contacts", self.huda)]
        return self.server.add(
            "deals", dealname=name, amount=amount, dealstage=stage, linked=linked, **told
        )

    def connect(self, **login):
        return HubSpot(open_it(), self.sign(**login), "hubspot")

    def write(self, id_property=""):
        return HubSpotWriter(open_it(), self.sign(), id_property)

    def sign(self, **login):
        told = login or {"token": "pat-1"}
        return Login(address=self.server.url, pause_seconds=0.0, **told)

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
