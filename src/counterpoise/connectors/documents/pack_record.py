"""The pack's sections about who assumed, decided, changed and signed what."""

from datetime import date
from functools import partial

from django.utils.translation import gettext

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.override_words import write_change
from counterpoise.connectors.documents.pack_blocks import (
    Block,
    Bullets,
    Column,
    Paragraph,
    Row,
    Section,
    Table,
)
from counterpoise.connectors.documents.pack_words import (
    enclose,
    fill,
    name_role,
    say,
    write_instant,
    write_members,
    write_rule,
    write_units,
)
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.pack import Assumed, InForce, Pack
from counterpoise.domain.tables.report import Assumption

MOST_ASSUMPTIONS = 12
MOST_OVERRIDES = 15
MOST_NOTES = 12


def build_assumptions(reader: Reader, pack: Pack) -> Section:
    return Section(
        "assumptions",
        gettext("Assumptions"),
        (*_build_assumed(reader, pack), *_build_unconfirmed(reader, pack)),
    )


def build_decisions(reader: Reader, pack: Pack) -> Section:
    return Section(
        "decisions",
        gettext("Decisions and minutes"),
        (*_build_decided(reader, pack), *_build_minutes(reader, pack)),
    )


def build_overrides(reader: Reader, pack: Pack) -> Section:
    heading = gettext("Overrides in force")
    if not pack.overrides:
        words = gettext("No override is in force: the forecast stands as it was calculated.")
        return Section("overrides", heading, (Paragraph(words, "empty"),))
    columns = (
        Column(gettext("Who"), weight=4),
        Column(gettext("Figure"), weight=3),
        Column(gettext("Forecast"), is_figure=True),
        Column(gettext("Override"), is_figure=True),
        Column(gettext("Reason"), weight=5),
    )
    rows = tuple(_write_override(reader, each) for each in pack.overrides[:MOST_OVERRIDES])
    caption = gettext("Numbers that people put in place of the forecast's")
    blocks: list[Block] = [Table(caption, columns, rows)]
    blocks += _say_more(reader, len(pack.overrides) - MOST_OVERRIDES)
    return Section("overrides", heading, tuple(blocks))


def build_signatures(reader: Reader, pack: Pack) -> Section:
    blocks: list[Block] = []
    if pack.signatures:
        columns = (
            Column(gettext("Who"), weight=2),
            Column(gettext("Role"), weight=2),
            Column(gettext("When"), weight=3),
        )
        rows = tuple(
            Row(
                (
                    enclose(reader, each.signer),
                    enclose(reader, name_role(each.role)),
                    write_instant(reader, each.signed_at),
                )
            )
            for each in pack.signatures
        )
        blocks.append(Table(gettext("Signed so far"), columns, rows))
    else:
        blocks.append(Paragraph(gettext("Not signed yet."), "empty"))
    if pack.still_to_sign:
        roles = " · ".join(name_role(each) for each in pack.still_to_sign)
        words = gettext("Still to sign, in this order: {roles}")
        blocks.append(Paragraph(fill(reader, words, roles=roles)))
    elif pack.signatures:
        blocks.append(Paragraph(gettext("Everyone who has to sign has signed."), "strong"))
    return Section("signatures", gettext("Signatures"), tuple(blocks))


def build_changes(reader: Reader, pack: Pack) -> Section:
    block: Block
    if pack.previous is None:
        block = Paragraph(gettext("This is the first version for the period."), "empty")
        return Section("changes", gettext("What changed since the last version"), (block,))
    previous = reader.number(pack.previous)
    heading = fill(reader, gettext("What changed since version {number}"), number=previous)
    if pack.changes:
        block = Bullets(tuple(say(reader, each) for each in pack.changes))
    else:
        block = Paragraph(gettext("Nothing: the same data, rules and overrides."), "empty")
    return Section("changes", heading, (block,))


def _say_more(reader: Reader, left: int) -> list[Block]:
    if left <= 0:
        return []
    words = gettext("{n} more are not printed here; the plan's page lists all of them.")
    return [Paragraph(fill(reader, words, n=reader.number(left)), "soft")]


def _build_assumed(reader: Reader, pack: Pack) -> tuple[Block, ...]:
    """Those that expired come first, then by the day they will."""
    if not pack.assumptions:
        return (Paragraph(gettext("Nobody wrote down an assumption."), "empty"),)
    ranked = sorted(pack.assumptions, key=lambda each: (each.expires_on or date.max, each.words))
    columns = (
        Column(gettext("Assumption"), weight=5),
        Column(gettext("Owner"), weight=2),
        Column(gettext("Expires"), weight=3),
    )
    today = pack.frozen_at.date()
    rows = tuple(_write_assumed(reader, each, today) for each in ranked[:MOST_ASSUMPTIONS])
    table = Table(gettext("What people wrote down"), columns, rows)
    return (table, *_say_more(reader, len(ranked) - MOST_ASSUMPTIONS))


def _write_assumed(reader: Reader, assumed: Assumed, today: date) -> Row:
    words = enclose(reader, assumed.words)
    owner = _name_owner(reader, assumed.owner)
    if assumed.expires_on is None:
        return Row((words, owner, gettext("no day set")))
    expires = reader.day(assumed.expires_on)
    if assumed.expires_on < today:
        expires = fill(reader, gettext("expired on {day}"), day=expires)
        return Row((words, owner, expires), is_strong=True)
    return Row((words, owner, expires))


def _build_unconfirmed(reader: Reader, pack: Pack) -> tuple[Block, ...]:
    if not pack.unconfirmed:
        words = gettext("Every rule that the plan used is confirmed.")
        return (Paragraph(words, "empty"),)
    columns = (
        Column(gettext("Rule"), weight=4),
        Column(gettext("Value"), weight=4),
        Column(gettext("Where it comes from"), weight=5),
    )
    ranked = sorted(pack.unconfirmed, key=lambda each: (each.key, each.subject))
    rows = tuple(_write_unconfirmed(reader, each) for each in ranked[:MOST_ASSUMPTIONS])
    table = Table(gettext("Rules that nobody has confirmed yet"), columns, rows)
    return (table, *_say_more(reader, len(ranked) - MOST_ASSUMPTIONS))


def _write_unconfirmed(reader: Reader, rule: Assumption) -> Row:
    name = enclose(reader, rule.key)
    if rule.subject:
        name = f"{name} · {enclose(reader, rule.subject)}"
    value = enclose(reader, write_rule(reader, rule.value))
    if rule.unit:
        value = f"{value} {enclose(reader, names.translate_rule(rule.unit))}"
    source = enclose(reader, names.translate_rule(rule.source)) or gettext("not stated")
    return Row((name, value, source))


def _name_owner(reader: Reader, owner: str) -> str:
    return enclose(reader, owner) if owner else gettext("nobody yet")


def _build_decided(reader: Reader, pack: Pack) -> tuple[Block, ...]:
    if not pack.decisions:
        return (Paragraph(gettext("No decision was recorded."), "empty"),)
    columns = (
        Column(gettext("When"), weight=3),
        Column(gettext("Who"), weight=2),
        Column(gettext("Decision"), weight=5),
        Column(gettext("Owner"), weight=2),
    )
    rows = tuple(
        Row(
            (
                write_instant(reader, each.at),
                enclose(reader, each.author),
                enclose(reader, each.words),
                _name_owner(reader, each.owner),
            )
        )
        for each in sorted(pack.decisions, key=lambda each: each.at)[-MOST_NOTES:]
    )
    table = Table(gettext("Decisions"), columns, rows)
    return (table, *_say_more(reader, len(pack.decisions) - MOST_NOTES))


def _build_minutes(reader: Reader, pack: Pack) -> tuple[Block, ...]:
    """The latest notes, in the order they were made."""
    if not pack.minutes:
        return (Paragraph(gettext("No minutes were kept."), "empty"),)
    columns = (
        Column(gettext("When"), weight=3),
        Column(gettext("Who"), weight=2),
        Column(gettext("Note"), weight=6),
    )
    rows = tuple(
        Row(
            (
                write_instant(reader, each.at),
                enclose(reader, each.author),
                enclose(reader, each.words),
            )
        )
        for each in sorted(pack.minutes, key=lambda each: each.at)[-MOST_NOTES:]
    )
    more = _say_more(reader, len(pack.minutes) - MOST_NOTES)
    return (Table(gettext("Minutes"), columns, rows), *more)


def _write_override(reader: Reader, override: InForce) -> Row:
    role = name_role(override.role)
    who = f"{enclose(reader, override.author)} · {enclose(reader, role)}"
    who = f"{who}\n{write_instant(reader, override.made_at)}"
    measure = names.name_code("measure", override.measure)
    what = " · ".join(
        (
            enclose(reader, measure),
            gettext("whole period") if override.month is None else reader.month(override.month),
            write_members(reader, override.by),
        )
    )
    is_money = override.measure == "won_revenue"
    write = reader.short if is_money else partial(write_units, reader)
    why = enclose(reader, names.translate_rule(override.reason))
    if override.comment:
        why = f"{why}\n{enclose(reader, override.comment)}"
    to_amount = write(override.to_amount)
    if override.kind != "absolute":
        words = write_change(reader, override.kind, override.to_amount, override.change)
        to_amount = f"{to_amount}\n{enclose(reader, words)}"
    if override.expires_on is not None:
        day = gettext("holds until {day}").format(day=reader.day(override.expires_on))
        why = f"{why}\n{enclose(reader, day)}"
    return Row((who, what, write(override.from_amount), to_amount, why))
