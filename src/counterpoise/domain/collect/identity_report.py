"""What a run of the matcher found, kind by kind, as it is kept and shown."""

from dataclasses import dataclass

from counterpoise.domain.collect.identity_costs import Costs, Point, Thresholds
from counterpoise.domain.collect.identity_models import Kind


@dataclass(frozen=True, slots=True)
class Block:
    """pairs: that the block alone gives. new_pairs: that no block before it gave.

    crowded: records whose block too many shared, and which it is not used for.
    """

    block: str
    pairs: int
    new_pairs: int
    crowded: int


@dataclass(frozen=True, slots=True)
class KindReport:
    """is_full: all records were compared and learned from; else only those that arrived.

    compared: records that were compared. following: the first number that no customer had.
    """

    kind: Kind
    records: int
    customers: int
    compared: int
    is_full: bool
    to_review: int
    created: int
    joined: int
    split: int
    retired: int
    thresholds: Thresholds
    costs: Costs
    curve: tuple[Point, ...]
    blocks: tuple[Block, ...]
    learned: tuple[str, ...]
    following: int


@dataclass(frozen=True, slots=True)
class IdentityReport:
    kinds: tuple[KindReport, ...]

    def find(self, kind: Kind) -> KindReport | None:
        return next((each for each in self.kinds if each.kind == kind), None)
