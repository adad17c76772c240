"""The API's document: kept beside the docs, and never poorer than programs were promised."""

import copy
import json
from collections import Counter

import pytest
from ninja import Schema

import stored_openapi
from people import make_person
from programs import make_program


@pytest.fixture(scope="module")
def stored():
    return json.loads(stored_openapi.STORED.read_text("utf-8"))


@pytest.mark.case("API-24")
def test_nothing_that_programs_were_promised_is_gone(stored):
    assert stored_openapi.find_breaks(stored, stored_openapi.read_current()) == []


def test_the_stored_document_is_what_the_code_says():
    current = stored_openapi.write(stored_openapi.read_current())
    assert current == stored_openapi.STORED.read_text("utf-8"), (
        "run `python -m tests.stored_openapi`"
    )


def test_the_document_is_served_to_whoever_has_a_token(workspace):
    program = make_program(make_person("viewer"), [])
    assert program.get("/openapi.json").json() == stored_openapi.read_current()


def test_no_two_answers_share_a_name(workspace):
    """The framework keeps one of the two, and the document tells of the wrong one."""
    from counterpoise.web.api import application

    named = Counter(
        each.__name__
        for each in list_schemas(Schema)
        if each.__module__.startswith(application.__package__)
    )
    assert [name for name, count in named.items() if count > 1] == []


def list_schemas(base):
    for each in base.__subclasses__():
        yield each
        yield from list_schemas(each)


def drop_path(document):
    del document["paths"]["/api/v1/cycles"]


def drop_method(document):
    del document["paths"]["/api/v1/cycles"]["post"]


def drop_field(document):
    del document["components"]["schemas"]["Heading"]["properties"]["as_of"]


def drop_parameter(document):
    document["paths"]["/api/v1/cycles"]["get"]["parameters"].pop(0)


def require_parameter(document):
    document["paths"]["/api/v1/cycles"]["get"]["parameters"][0]["required"] = True


def require_field(document):
    document["components"]["schemas"]["CycleWish"]["required"].append("as_of")


def refuse_field(document):
    del document["components"]["schemas"]["CycleWish"]["properties"]["as_of"]


def drop_choice(document):
    choices = document["components"]["schemas"]["NewState"]["properties"]["state"]["enum"]
    choices.remove("dropped")


def change_type(document):
    document["components"]["schemas"]["JobAnswer"]["properties"]["share"]["type"] = "string"


def let_it_be_null(document):
    field = document["components"]["schemas"]["JobAnswer"]["properties"]
    field["state"] = {"anyOf": [field["state"], {"type": "null"}]}


def drop_status(document):
    del document["paths"]["/api/v1/cycles"]["post"]["responses"]["202"]


@pytest.mark.case("API-24")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(drop_path, "GET /api/v1/cycles is gone", id="a path"),
        pytest.param(drop_method, "POST /api/v1/cycles is gone", id="a method"),
        pytest.param(drop_field, "field as_of is gone", id="a field of an answer"),
        pytest.param(drop_parameter, "parameter limit is gone", id="a parameter"),
        pytest.param(require_parameter, "limit is required now", id="a parameter made required"),
        pytest.param(require_field, "as_of is required now", id="a field made required"),
        pytest.param(refuse_field, "as_of is taken no more", id="a field that was taken"),
        pytest.param(drop_choice, "are taken now", id="a value that was taken"),
        pytest.param(change_type, "['number'] has become ['string']", id="another type"),
        pytest.param(let_it_be_null, "has become ['null', 'string']", id="null where none was"),
        pytest.param(drop_status, "status 202 is gone", id="a status"),
    ],
)
def test_what_would_break_programs_is_found_unless_the_version_says_so(stored, change, said):
    changed = copy.deepcopy(stored)
    change(changed)
    assert said in " | ".join(stored_openapi.find_breaks(stored, changed))
    changed["info"]["version"] = "2.0.0"
    assert stored_openapi.find_breaks(stored, changed) == []


def test_what_is_added_breaks_nothing(stored):
    changed = copy.deepcopy(stored)
    changed["paths"]["/api/v1/more"] = changed["paths"]["/api/v1/me"]
    changed["components"]["schemas"]["Heading"]["properties"]["more"] = {"type": "string"}
    changed["components"]["schemas"]["CycleWish"]["properties"]["more"] = {"type": "string"}
    assert stored_openapi.find_breaks(stored, changed) == []


def test_every_operation_says_how_it_may_be_refused(stored):
    for methods in stored["paths"].values():
        for method, operation in methods.items():
            statuses = set(operation["responses"])
            assert {"400", "401", "404", "422", "429", "500"} <= statuses
            assert operation["summary"]
            if method != "get":
                assert "Idempotency-Key" in [each["name"] for each in operation["parameters"]]
