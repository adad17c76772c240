"""Keys that people make for their programs: never more than their own rights, never for ever."""

from collections.abc import Collection
from datetime import datetime, timedelta

from counterpoise.domain.values.rights import Right, Visitor
from counterpoise.domain.values.text import Text, text
from counterpoise.store import tokens

LONGEST = timedelta(days=365)
MOST_IN_USE = 20


class RefusedToken(ValueError):
    """A token that nobody may have. `why` says so, for any language."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


class NoToken(LookupError):
    """This person has no such token in use."""


def make_token(
    visitor: Visitor, name: str, scopes: Collection[Right], lasts: timedelta, at: datetime
) -> str:
    """The secret, shown once. Raises RefusedToken."""
    if not scopes or not visitor.rights.issuperset(scopes):
        raise RefusedToken(
            text("A token has at least one of your own rights and no other. Choose again.")
        )
    if not timedelta(0) < lasts <= LONGEST:
        raise RefusedToken(
            text("A token lasts at least a day and at most {days} days.", days=LONGEST.days)
        )
    in_use = [each for each in tokens.list_tokens(visitor.id) if each.is_usable(at)]
    if len(in_use) >= MOST_IN_USE:
        raise RefusedToken(
            text(
                "You have {n} tokens in use, which is the most. Revoke one that is not needed.",
                n=len(in_use),
            )
        )
    return tokens.make_token(visitor.id, name, scopes, at + lasts, at)


def revoke_token(visitor: Visitor, token_id: int, at: datetime) -> None:
    """Raises NoToken."""
    if not tokens.revoke_token(visitor.id, token_id, at):
        raise NoToken(f"There is no token {token_id} of yours in use.")
