"""A company on Salesforce: two sellers, a customer and its deals, and our way in."""

from counterpoise.connectors.salesforce.client import Login
from counterpoise.connectors.salesforce.source import BULK_FROM, Salesforce
from counterpoise.connectors.salesforce.writer import SalesforceWriter
from counterpoise.connectors.sources.http import Patience, open_session
from counterpoise.connectors.sources.reach import read_reach


class Company:
    """One at Salesforce, with ids of what it has by the names that tests use."""

    def __init__(self, server):
        self.server = server
        sells = {"UserType": "Standard", "IsActive": True}
        self.layla = server.add("User", Name="ليلى حداد", Email="layla@noor.example", **sells)
        self.omar = server.add("User", Name="Omar Said", ManagerId=self.layla, **sells)
        server.add("User", Name="Automated Process", UserType="AutomatedProcess")
        self.noor = server.add("Account", Name="شركة النور", OwnerId=self.omar)
        self.deal = self.open_deal("توريد مضخات", 250_000)

    def open_deal(self, name, amount, stage="Prospecting"):
        told = {"AccountId": self.noor, "OwnerId": self.omar, "CloseDate": "2026-03-31"}
        return self.server.add(
            "Opportunity", Name=name, Amount=amount, StageName=stage, CurrencyIsoCode="SAR", **told
        )

    def connect(self, bulk_from=BULK_FROM, **login):
        return Salesforce(open_it(), self.sign(**login), "salesforce", bulk_from)

    def write(self, external_id=""):
        return SalesforceWriter(open_it(), self.sign(), external_id)

    def sign(self, **login):
        told = {"client_id": "app", "client_secret": "secret", "refresh_token": "refresh"}
        return Login(self.server.url, **{**told, **login})

    def read(self, name, since=None, until=None, source=None):
        """What a refresh gets of one object, row by row."""
        source = source or self.connect()
        described = self.describe(name, source)
        batches = source.read(described, since, until or self.server.now)
        return [row for batch in batches for row in batch.to_pylist()]

    def describe(self, name, source=None):
        described = (source or self.connect()).describe()
        return next(each for each in described if each.name == name)


def open_it():
    quick = Patience(backoff=0.01, jitter=0.0)
    return open_session(read_reach("127.0.0.1"), retry_writes=True, patience=quick)
