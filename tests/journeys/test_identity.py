"""A clerk finds out on the command line who is who."""

from journeys.command import ask, run


def test_from_match_to_undo(matched_workspace):
    workspace = matched_workspace.root
    matched = ask("identity", "match", workspace=workspace)
    counts = {each["kind"]: each["customers"] for each in matched["kinds"]}
    assert counts == {"account": 7, "contact": 3, "lead": 2, "person": 5}
    (pair,) = ask("identity", "review", workspace=workspace)["pairs"]
    records = (pair["one"], pair["other"])
    unsure = run("identity", "review", *records, workspace=workspace, expect=1)
    assert "Write --verdict same, different or later" in unsure.stderr
    ask("identity", "review", *records, "--verdict", "later", workspace=workspace)
    assert ask("identity", "review", workspace=workspace)["pairs"] == []
    put_off = ask("identity", "review", "--verdict", "later", workspace=workspace)["pairs"]
    assert [(each["one"], each["other"]) for each in put_off] == [records]
    said = ask("identity", "review", *records, "--verdict", "different", workspace=workspace)
    assert said["verdict"]["word"] == "different"
    assert ask("identity", workspace=workspace)["pairs"] == []
    merged = ask(
        "identity", "merge", "A-2", "A-3", "--reason", "one tax number", workspace=workspace
    )
    assert merged == {"merge": 1}
    (kept,) = ask("identity", "log", "A-2", workspace=workspace)["merges"]
    assert (kept["reason"], kept["merge"]["absorbed"]) == ("one tax number", "A-3")
    assert "A-3" in run("identity", "log", "A-3", workspace=workspace).stdout
    assert ask("identity", "undo", "1", workspace=workspace) == {"undone": 1}
    again = run("identity", "undo", "1", workspace=workspace, expect=1)
    assert "undone before" in again.stderr
    assert "Write its number" in run("identity", "undo", workspace=workspace, expect=1).stderr


def test_tables_are_for_people(matched_workspace):
    workspace = matched_workspace.root
    assert "Cedar" not in run("identity", "review", workspace=workspace).stdout
    assert "salesforce|A4" in run("identity", "review", workspace=workspace).stdout
    shown = run("identity", "match", "--full", workspace=workspace).stdout
    assert "name_sound" in shown
