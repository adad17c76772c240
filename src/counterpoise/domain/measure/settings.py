"""What the rulebook says about measuring, as it holds on the as-of day."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from counterpoise.domain.rulebook.rates import NO_RATES, Rates, build_rates
from counterpoise.domain.rulebook.rulebook import Rulebook

SELLING_KEY = "activity.selling_types"
NOT_HELD_KEY = "activity.not_held"
FEWEST_KEY = "measure.fewest_rows"
STAGE_KEY = "stage.kind"


@dataclass(frozen=True, slots=True)
class Settings:
    """fold: gives the same for the same name however it is written. stage_kinds: open, won or lost
    by folded stage; a stage that is not there is open. selling_types and not_held, outcomes of what
    did not take place, are in lower case. rulebook: for what is only some measures' concern."""

    as_of: date
    zone: str
    rates: Rates
    fold: Callable[[str], str]
    stage_kinds: Mapping[str, str]
    selling_types: frozenset[str]
    not_held: frozenset[str]
    rulebook: Rulebook

    @property
    def fewest_rows(self) -> int:
        """Of fewer no tail is said."""
        return int(self.rulebook.get_number(FEWEST_KEY, self.as_of))

    def is_open(self, stage: str) -> bool:
        return self.stage_kinds.get(self.fold(stage), "open") == "open"


def build_settings(
    rulebook: Rulebook,
    as_of: date,
    *,
    currencies: Collection[str] | None,
    fold: Callable[[str], str],
) -> Settings:
    """currencies: those of the amounts to add up; None where nothing is. Raises MissingRate."""
    return Settings(
        as_of=as_of,
        zone=rulebook.get_text("company.time_zone", as_of),
        rates=NO_RATES if currencies is None else build_rates(rulebook, currencies, as_of),
        fold=fold,
        stage_kinds={
            fold(stage): rulebook.get_text(STAGE_KEY, as_of, stage)
            for stage in rulebook.subjects(STAGE_KEY, as_of)
        },
        selling_types=_list_words(rulebook, SELLING_KEY, as_of),
        not_held=_list_words(rulebook, NOT_HELD_KEY, as_of),
        rulebook=rulebook,
    )


def _list_words(rulebook: Rulebook, key: str, on: date) -> frozenset[str]:
    words = rulebook.get_text(key, on).split(";")
    return frozenset(each.strip().lower() for each in words if each.strip())
