"""Where the numbers behind an action are."""

from django.urls import NoReverseMatch, reverse

from counterpoise.actions.tracking import Tracked

PLACES: dict[str, tuple[tuple[str, bool], ...]] = {
    "repair": (("collect:health", False), ("collect:overview", False)),
    "fill": (("demand:period", True), ("demand:overview", False)),
    "close": (("demand:period", True), ("demand:overview", False)),
    "use": (("demand:period", True), ("demand:overview", False)),
    "hire": (("supply:period", True), ("supply:overview", False)),
    "widen": (("reconcile:period", True), ("reconcile:overview", False)),
    "choose": (("reconcile:period", True), ("reconcile:overview", False)),
    "sign": (("reconcile:period", True), ("reconcile:overview", False)),
    "learn": (("measure:overview", False),),
}
"""By what the action's id begins with: names of pages, and whether each is of a period."""


def find_evidence(tracked: Tracked) -> str:
    """The page that shows why; "" where there is none."""
    kind = tracked.action.id.partition(":")[0]
    for name, is_of_period in PLACES.get(kind, ()):
        try:
            return reverse(name, args=(tracked.period,) if is_of_period else ())
        except NoReverseMatch:
            continue
    return ""
