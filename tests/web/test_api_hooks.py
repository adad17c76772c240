"""Hooks by program: opened with the sender's secret, told their meaning, watched and closed."""

import pytest

from counterpoise.actions import arrivals
from hooks import NOW, deliver, lead, read_leads
from people import make_person
from programs import make_program

SECRET = "whsec_" + "QUJD" * 8
NEW = {
    "name": "marketing",
    "secret": SECRET,
    "records": "data",
    "kind": "data_type",
    "version": "version",
}


@pytest.fixture
def program(workspace):
    return make_program(make_person("operations"))


def test_from_opening_to_leads(workspace, program):
    made = program.post("/hooks", NEW)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert SECRET not in made.content.decode()
    assert made.json()["address"] == "/hooks/marketing"
    assert program.get("/hooks/marketing/meaning").status_code == 404
    deliver(SECRET, "d1", lead("7"))
    proposed = program.get("/hooks/marketing/meaning").json()["mapping"]
    assert 'lead_id = "source_id"' in proposed
    stale = program.send("PUT", "/hooks/marketing/meaning", {"mapping": proposed}, if_match='"7"')
    assert stale.status_code == 412
    said = program.send("PUT", "/hooks/marketing/meaning", {"mapping": proposed}, if_match='"1"')
    assert (said.status_code, said.headers["ETag"]) == (200, '"2"')
    again = program.send("PUT", "/hooks/marketing/meaning", {}, if_match='"2"')
    assert again.json()["edition"] == 3
    (landed,) = arrivals.land_all(workspace, now=NOW)
    assert set(read_leads(workspace)) == {"7"}
    (item,) = program.get("/hooks/marketing/deliveries").json()["items"]
    assert (item["known_as"], item["state"], item["load"]) == ("d1", "landed", landed.batch)
    (hook,) = program.get("/hooks").json()["items"]
    assert hook["deliveries"] == {"kept": 0, "landed": 1, "untaken": 0, "unfit": 0}
    assert program.post("/hooks/marketing/replay", {}).json() == {"deliveries": 1}


def test_the_secret_is_exchanged_and_the_hook_closed(workspace, program):
    program.post("/hooks", NEW)
    other = "whsec_" + "REVG" * 8
    done = program.post("/hooks/marketing/rotate", {"secret": other, "keep_hours": 1})
    assert done.json()["previous_until"] is not None
    assert other not in done.content.decode()
    assert program.post("/hooks/marketing/remove").status_code == 200
    for path in ("", "/meaning", "/deliveries"):
        assert program.get(f"/hooks/marketing{path}").status_code == 404


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({"name": "Marketing!"}, 422, id="a name with signs"),
        pytest.param({"secret": "short"}, 422, id="a secret of another kind"),
        pytest.param({"scheme": "pigeon"}, 422, id="no way to sign"),
        pytest.param({"scheme": "header", "header": "X Y"}, 422, id="no name of a header"),
        pytest.param({}, 409, id="a name that is taken"),
    ],
)
def test_a_hook_that_cannot_be_is_refused(workspace, program, changed, status):
    program.post("/hooks", NEW)
    assert program.post("/hooks", {**NEW, **changed}).status_code == status
