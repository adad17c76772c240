"""A marketing system is given a hook, sends events, and they become leads."""

import json

import pytest

from counterpoise.domain.collect.signatures import Sent
from hooks import lead, read_leads, write
from journeys.command import ask, run


def test_from_a_hook_to_leads(tmp_path, settings_of):
    from datetime import UTC, datetime

    from counterpoise.actions import arrivals, workspaces
    from counterpoise.domain.collect.signatures import sign

    root = tmp_path / "acme"
    run("init", workspace=root)
    added = ask(
        "hook",
        "add",
        "marketing",
        *("--records", "data", "--kind", "data_type", "--version", "version"),
        workspace=root,
    )
    assert added["address"] == "/hooks/marketing"
    workspace = settings_of(workspaces.open_workspace(root))
    at = datetime.now(UTC)
    body = write(lead("7", 2, status="Open"))
    arrivals.receive("marketing", Sent(sign(added["secret"], "d1", at, body), body), now=at)
    proposed = run("hook", "propose", "marketing", workspace=root)
    assert "lead.email" in proposed.stdout
    assert ask("hook", "confirm", "marketing", workspace=root)["is_confirmed"]
    (landed,) = ask("hook", "land", workspace=root)["landed"]
    assert landed["deliveries"] == 1
    assert read_leads(workspace)["7"]["status"] == "Open"
    (listed,) = ask("hook", "deliveries", "marketing", workspace=root)["deliveries"]
    assert (listed["known_as"], listed["state"], listed["load"]) == (
        "d1",
        "landed",
        landed["batch"],
    )
    (hook,) = ask("hook", workspace=root)["hooks"]
    assert hook["deliveries"] == {"kept": 0, "landed": 1, "untaken": 0, "unfit": 0}
    assert added["secret"] not in json.dumps(hook)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["hook", "add"], "Which hook?", id="no name"),
        pytest.param(["hook", "rotate", "nobody"], "No hook is called 'nobody'", id="no such hook"),
    ],
)
def test_a_hook_command_that_cannot_be_is_refused_with_advice(workspace, arguments, said):
    assert said in run(*arguments, workspace=workspace.root, expect=1).stderr
