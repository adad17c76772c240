"""What sign-off hands over: a frozen version of a plan, and the signatures on it.

A version never changes. `inputs_hash` stands for everything the plan was computed from,
`content_hash` for the plan itself, and `version_hash` for both: it is what people sign.
"""

from dataclasses import dataclass
from datetime import datetime

from counterpoise.domain.values.rights import Role


@dataclass(frozen=True, slots=True)
class Version:
    """number counts from 1 within a period; the highest is the newest. frozen_by: who signs in."""

    number: int
    period: str
    inputs_hash: str
    content_hash: str
    version_hash: str
    frozen_by: str
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """version_hash is what the signer was shown; role is the one they had at that moment."""

    version_hash: str
    signer: str
    role: Role
    signed_at: datetime
