"""What changed in the way a source describes an object, between two refreshes.

A field that is not shown any more was dropped, renamed, or hidden from our account; from outside
the three look the same. None of them means that its values are empty: those we have are kept.
"""

from collections.abc import Mapping

from counterpoise.domain.values.text import Text, text

Fields = Mapping[str, str]
"""The system's word for the type of each field, by its name."""


def compare_descriptions(name: str, before: Fields, now: Fields) -> tuple[Text, ...]:
    """One sentence for each field that is gone, new or of another type; none at the first look."""
    if not before:
        return ()
    gone = [each for each in before if each not in now]
    new = [each for each in now if each not in before]
    changed = [each for each in now if each in before and now[each] != before[each]]
    return (
        *(_tell_gone(name, each, _find_heir(each, before, now, new)) for each in gone),
        *(
            text(
                "{object}.{field} is {after} now and was {before}; values that do not fit go to"
                " quarantine, and those we have are kept",
                object=name,
                field=each,
                before=before[each],
                after=now[each],
            )
            for each in changed
        ),
        *(text("{object}.{field} is new there", object=name, field=each) for each in new),
    )


def _tell_gone(name: str, field: str, heir: str) -> Text:
    gone = text(
        "{object}.{field} is not shown to us any more: it was dropped, renamed or hidden from our"
        " account; the values we have are kept",
        object=name,
        field=field,
    )
    if not heir:
        return gone
    return text("{gone} (perhaps it is called {heir} now)", gone=gone, heir=heir)


def _find_heir(field: str, before: Fields, now: Fields, new: list[str]) -> str:
    """The one new field of the same type, if there is exactly one."""
    fitting = [each for each in new if now[each] == before[field]]
    return fitting[0] if len(fitting) == 1 else ""
