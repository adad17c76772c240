"""Values deep in a document are recognised by the part of their name that says something."""

import pytest

from counterpoise.domain.collect.short_names import may_tell_apart, shorten


@pytest.mark.parametrize(
    ("names", "short"),
    [
        pytest.param(["email"], ["email"], id="a name of one part"),
        pytest.param(["data.email", "data.id"], ["email", "id"], id="the last part tells"),
        pytest.param(
            ["contact.fields.core.email.value", "contact.id"],
            ["email", "id"],
            id="as Mautic has it",
        ),
        pytest.param(["id", "lead.id"], ["id", "lead.id"], id="as many parts as tell them apart"),
        pytest.param(["a.x.id", "b.x.id"], ["a.x.id", "b.x.id"], id="all of them where it must be"),
        pytest.param(["a.ID", "b.id"], ["a.ID", "b.id"], id="alike but for the case of letters"),
        pytest.param(["emails.0.value"], ["emails"], id="places in a list say nothing"),
        pytest.param(["0", "value"], ["0", "value"], id="what says nothing alone stays"),
    ],
)
def test_short_names(names, short):
    assert list(shorten(names).values()) == short


@pytest.mark.parametrize(
    ("name", "is_id"),
    [
        ("id", True),
        ("data.lead_id", True),
        ("objectId", True),
        ("uuid", True),
        ("email", False),
        ("paid", False),
        ("candid", False),
    ],
)
def test_names_of_ids(name, is_id):
    assert may_tell_apart(name) == is_id
