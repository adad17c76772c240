"""The API does what its document says, whatever programs send (schemathesis)."""

from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from counterpoise.domain.values.rights import RIGHTS, RIGHTS_OF
from people import make_person
from programs import collect_deals, keep_cycle, make_program

ALLOWED = ["2xx", "400", "404", "409", "412", "422"]
"""What a request that fits the schema may be told: the schema knows neither what there is nor
which cursors were made."""


NOT_MADE_YET = {
    "include-name": "GET /api/v1/cycles/{run_id}",
    "checks": {"ensure_resource_availability": {"enabled": False}},
}
"""To run a cycle answers with a job, and the tool takes its id for that of the cycle."""


class Quiet(WSGIRequestHandler):
    """A server that keeps its log to itself."""

    def log_message(self, *_):
        pass


@pytest.fixture
def address():
    """The application on a port of this machine."""
    with make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Quiet) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def open_document(workspace, tmp_path, address, monkeypatch):
    """The document as the application serves it, and a token for everything."""
    from counterpoise.web.api import quotas

    for name in ("REQUESTS_A_MINUTE", "COSTLY_AN_HOUR", "REFUSALS_A_MINUTE"):
        monkeypatch.setattr(quotas, name, 10**9)
    monkeypatch.setattr(settings, "UPLOAD_LIMITS", {"uploads_a_day": 10**6, "reserve": 0})
    monkeypatch.setitem(RIGHTS_OF, "administrator", frozenset(RIGHTS))
    keep_cycle(collect_deals(workspace, tmp_path / "export"))
    program = make_program(make_person("administrator"))
    header = {"Authorization": f"Bearer {program.secret}"}

    def open_with(examples):
        config = SchemathesisConfig.from_dict(
            {
                "seed": 20261001,
                "headers": header,
                "checks": {
                    "positive_data_acceptance": {"expected-statuses": ALLOWED},
                    "negative_data_rejection": {"expected-statuses": ["4xx"]},
                },
                "operations": [NOT_MADE_YET],
                "generation": {"max-examples": examples, "database": "none", "no-shrink": True},
            }
        )
        return schemathesis.openapi.from_url(
            f"{address}/api/v1/openapi.json", config=config, headers=header
        )

    return open_with


def try_everything(document):
    """Every phase and check over every operation: what was found, and how much was asked."""
    found, sent = [], 0
    for event in from_schema(document).execute():
        if isinstance(event, NonFatalError):
            found.append(f"{event.label}: {event.value}")
        if isinstance(event, FatalError):
            found.append(str(event.exception))
        if isinstance(event, ScenarioFinished):
            sent += len(event.recorder.interactions)
            found += [
                f"{event.label}: {check.failure_info.failure} {check.failure_info.code_sample}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
    return found, sent


@pytest.mark.timeout(1200)  # three examples of every operation and every way to break it
@pytest.mark.case("API-01")
def test_every_answer_is_as_the_document_says(open_document):
    found, sent = try_everything(open_document(3))
    assert not found, "\n\n".join(found)
    assert sent > 500


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.case("API-01")
def test_every_one_of_20_000_answers_is_as_the_document_says(open_document):
    found, sent = try_everything(open_document(600))
    assert not found, "\n\n".join(found)
    assert sent > 20_000
