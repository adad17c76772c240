"""Whatever fails while a CRM is read, what is read in the end is what a good day gives."""

import pytest

from bad_days import BadDays
from connectors import hubspot, pipedrive, salesforce
from counterpoise.connectors.sources.port import SourceUnreachable
from hubspot_server import HubSpotServer
from pipedrive_server import PipedriveServer
from salesforce_server import SalesforceServer

SYSTEMS = {
    "Salesforce": (SalesforceServer, salesforce.Company, "Opportunity", {"StageName": "التفاوض"}),
    "HubSpot": (HubSpotServer, hubspot.Company, "deals", {"dealstage": "1734055"}),
    "Pipedrive": (PipedriveServer, pipedrive.Company, "deals", {"stage_id": 2}),
}


@pytest.fixture(params=SYSTEMS)
def company(request):
    serve, found, deals, changed = SYSTEMS[request.param]
    with serve() as server:
        made = found(server)
        others = [made.open_deal(f"صفقة {number}", number) for number in range(30)]
        server.wait(days=1)
        for deal in others[::3]:
            server.change(deals, deal, **changed)
        yield made


def read_all(company, since=None):
    """As a refresh does: what was not answered after all tries is asked for anew."""
    while True:
        try:
            source = company.connect()
            return {
                described.name: (
                    [
                        row
                        for batch in source.read(described, since, company.server.now)
                        for row in batch.to_pylist()
                    ],
                    list(source.read_removed(described, since, company.server.now)),
                    source.count(described),
                )
                for described in source.describe()
            }
        except SourceUnreachable:
            continue


def compare_days(company, seeds):
    good = read_all(company)
    application, failed = company.server.server.app, 0
    for seed in seeds:
        company.server.server.app = BadDays(application, seed)
        assert read_all(company) == good
        failed += company.server.server.app.failed
    return failed


def test_a_bad_day_reads_what_a_good_day_does(company):
    assert compare_days(company, range(8)) > 20


@pytest.mark.soak
def test_500_bad_days_read_what_a_good_day_does(company):
    assert compare_days(company, range(500)) > 2_000
