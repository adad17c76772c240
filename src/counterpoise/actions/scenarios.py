"""The scenarios that a period can be planned for, by name."""

from counterpoise.domain.tables.scenario import BUILT_IN, NamedScenario


class UnknownScenario(LookupError):
    """No scenario has the name."""


def get_scenario(name: str) -> NamedScenario:
    """Raises UnknownScenario, listing the names that there are."""
    known = {scenario.name: scenario for scenario in BUILT_IN}
    if name not in known:
        raise UnknownScenario(
            f"There is no scenario {name!r}. Plan for one of: {', '.join(known)}."
        )
    return known[name]
