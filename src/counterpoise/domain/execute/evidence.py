"""What actions are drawn from, and who does them by when."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.action import Action, Area, Variance
from counterpoise.domain.tables.capacity import Capacity
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.health import Health
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text

CENT = Decimal("0.01")
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the other steps found for a period; a step that gave no answer is None.

    target: won revenue that the company has set itself for the period; None where it has not.
    """

    period: Period
    as_of: date
    currency: str
    health: Health
    forecast: Forecast | None
    capacity: Capacity | None
    plan: Plan | None
    variance: Variance | None
    target: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """The rulebook as it says who does what by when. topic: whose matter an action is."""

    rulebook: Rulebook
    as_of: date

    def number(self, key: str) -> Decimal:
        return self.rulebook.get_number(key, self.as_of)

    def write(
        self,
        action: str,
        area: Area,
        topic: str,
        what: Text,
        why: Text,
    ) -> Action:
        """An action due in the usual time, of no known effect."""
        return Action(
            id=action,
            area=area,
            what=what,
            why=why,
            owner_role=self.rulebook.get_text("action.owner_role", self.as_of, topic),
            due_on=self.due_on(topic),
            effect=None,
        )

    def due_on(self, topic: str) -> date:
        days = self.rulebook.get_number("action.due_days", self.as_of, topic)
        return self.as_of + timedelta(days=int(days))


def percent(share: Decimal) -> Decimal:
    return (100 * share).quantize(TENTH)
