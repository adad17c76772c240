"""What the matcher's codes are called before a reader: fields, likenesses, grounds, happenings."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterpoise.actions.customers import Waiting
from counterpoise.domain.collect.identity_models import Kind, read_side
from counterpoise.domain.collect.lead_accounts import Ground, Standing
from counterpoise.warehouse.queries.customers import Reason

Words = str | Promise

KINDS: Mapping[str, Words] = {
    "account": _("Accounts"),
    "contact": _("Contacts"),
    "lead": _("Leads"),
    "person": _("Leads and contacts together"),
}
FIELDS: Mapping[str, Words] = {
    "name": _("Name"),
    "name_sound": _("Sound of the name"),
    "company": _("Company"),
    "company_sound": _("Sound of the company"),
    "company_name": _("Company"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "phone_tail": _("Last digits of the phone"),
    "domain": _("Web domain"),
    "city": _("City"),
    "country": _("Country"),
    "industry": _("Line of business"),
    "segment": _("Kind of customer"),
    "region": _("Sales region"),
    "first_name": _("Given name"),
    "last_name": _("Family name"),
    "job_title": _("Job title"),
}
LEVELS: Mapping[str, Words] = {
    "same": _("the same"),
    "sounds": _("sounds the same"),
    "near": _("nearly the same"),
    "similar": _("similar"),
    "shares": _("shares a part"),
    "tail": _("the same last digits"),
    "same-user": _("the same before the @"),
    "same-domain": _("the same after the @"),
    "differs": _("different"),
    "empty": _("missing in one"),
}
GROUNDS: Mapping[str, Words] = {
    "verified": _("verified by a person"),
    "chosen": _("picked in a merge"),
    "only": _("the only value"),
    "agreed": _("all records agree"),
    "source": _("the better source"),
    "recency": _("changed last"),
    "completeness": _("the more complete record"),
    "order": _("the longer value"),
    "enriched": _("learned from others"),
}
LEAD_GROUNDS: Mapping[Ground, Words] = {
    "verified": _("a person says so"),
    "converted": _("its source says that it became this"),
    "domain": _("the web domain of its mailbox"),
    "name": _("the company's name and country"),
    "likeness": _("likeness"),
}
STANDINGS: Mapping[Standing, Words] = {
    "doubtful": _("a person has to say"),
    "placed": _("belongs to an account"),
    "unknown": _("no account is known"),
}
STANDING_CAPTIONS: Mapping[Standing, Words] = {
    "doubtful": _("Open leads whose account a person has to say"),
    "placed": _("Open leads that belong to an account"),
    "unknown": _("Open leads of which no account is known"),
}
HAPPENINGS: Mapping[str, Words] = {
    "created": _("made of new records"),
    "joined": _("went on in another"),
    "split": _("came out of another"),
    "retired": _("no record is left"),
}
SIDE_WORDS: Mapping[Kind, Words] = {"contact": _("Contact"), "lead": _("Lead")}
VERDICTS: Mapping[str, Words] = {
    "same": _("the same customer"),
    "different": _("not the same"),
    "later": _("to be said later"),
}

WAITING: Mapping[Waiting, Words] = {"new": _("Nobody has said"), "later": _("Put off")}


def name_block(block: str) -> str:
    """`name:4 + domain` as a reader says it, a number being how many letters count."""
    named = (part.partition(":") for part in block.split(" + "))
    return " + ".join(
        f"{FIELDS[field]} ({letters})" if letters else str(FIELDS[field])
        for field, _colon, letters in named
    )


def name_record(kind: Kind, record: str) -> str:
    """A record's id for a reader; a person's with the kind of record that it is."""
    if kind != "person":
        return record
    side, own = read_side(record)
    return f"{SIDE_WORDS[side]}: {own}"


def say_reasons(reasons: Iterable[Reason]) -> str:
    """What speaks for and against, the weightiest first; what is missing says nothing."""
    told = sorted(
        (each for each in reasons if each.level != "empty"), key=lambda each: -abs(each.weight)
    )
    return " · ".join(f"{FIELDS[each.field]}: {LEVELS[each.level]}" for each in told)
