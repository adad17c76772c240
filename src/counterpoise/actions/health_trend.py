"""How the health of the data moved: the score of every build that was judged, and its parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from counterpoise.domain.tables.health import HealthPart
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import ledger
from counterpoise.store.ledger import BuildScore

MOST_BUILDS = 100


@dataclass(frozen=True, slots=True)
class Moved:
    """A part as it is in the newest build. before: its score in the build judged before that;
    None where it had none."""

    part: HealthPart
    before: int | None


def list_trend() -> tuple[BuildScore, ...]:
    """Oldest first; builds that nobody judged are not there."""
    return ledger.list_scores(MOST_BUILDS)


def list_moves(trend: Sequence[BuildScore]) -> tuple[Moved, ...]:
    """Each part of the newest build with where it came from."""
    if not trend:
        return ()
    earlier = trend[-2].parts if len(trend) > 1 else ()
    before = {(each.kind, each.name): each.score for each in earlier}
    return tuple(Moved(each, before.get((each.kind, each.name))) for each in trend[-1].parts)


def answer_trend(trend: Sequence[BuildScore]) -> list[dict[str, object]]:
    """As the command line and the API give it."""
    return [{**to_plain(each), "parts": [to_plain(part) for part in each.parts]} for each in trend]
