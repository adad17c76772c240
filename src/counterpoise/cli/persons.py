"""In whose name a command acts: what has an author takes the user name of an account."""

from counterpoise.domain.values.rights import Right, Visitor
from counterpoise.store import people


class Missing(ValueError):
    """Words that a command needs and that were not written."""


class NotTheirs(ValueError):
    """Something that the role of the account that was named does not allow."""


def find_visitor(login: str, question: str = "") -> Visitor:
    """question: what is asked where no login was written."""
    account = people.find_account(need(login, question) if question else login)
    if account is None:
        raise Missing(f"Nobody signs in as '{login}'. Write the user name of an account.")
    return people.get_visitor(account)


def check_right(visitor: Visitor, right: Right) -> None:
    """As pages and the API do; they hide what somebody may not do, a command says it."""
    if not visitor.may(right):
        raise NotTheirs(
            f"{visitor.name} has the role {visitor.role}, which may not do this ({right}). Name"
            " somebody who may, or have the role changed."
        )


def need(said: str, question: str) -> str:
    if not said:
        raise Missing(question)
    return said
