"""What became of overrides that do not come out as their authors asked."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from counterpoise.domain.demand.together import Asked
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.override import CellKey, Override
from counterpoise.domain.values.text import Text, text


def write_notes(
    made: Sequence[Override],
    asked: Sequence[Asked],
    now: Mapping[CellKey, Decimal],
    forecast: Forecast,
) -> Iterator[Text]:
    """In the order in which they were made. now: what every figure came to in the end.

    One of a figure that is locked says nothing: the lock stands beside it for all to see.
    """
    counting = {each.override.id: each for each in asked}
    locked = {each.override.cell for each in asked if each.override.kind == "lock"}
    for override in made:
        found = [amount for key, amount in now.items() if override.is_of(key)]
        each = counting.get(override.id)
        if not found:
            yield _say_missing(override)
        elif override.is_expired(forecast.as_of):
            yield _say_expired(override)
        elif not override.speaks(forecast.currency):
            yield _say_foreign(override, forecast.currency)
        elif each is not None and (stands := sum(found, Decimal(0))) != each.asked:
            yield _say_difference(each, stands)
        else:
            assert each is not None or override.cell in locked, "it counts or stands aside"


def _say_difference(asked: Asked, stands: Decimal) -> Text:
    if not asked.override.is_firm:
        return _say_moved(asked, stands)
    return _say_raised(asked) if asked.asked < stands == asked.least else _say_unmet(asked, stands)


def _say_missing(override: Override) -> Text:
    if not override.by:
        return text(
            "The override of {measure} in {month} by {author} changes nothing: the forecast has no"
            " such figure. Withdraw it.",
            measure=override.measure,
            month=name_span(override),
            author=override.author,
        )
    return text(
        "The override of {measure} of {members} in {month} by {author} changes nothing: the"
        " forecast has no such figure. Withdraw it, or override one that is there.",
        measure=override.measure,
        members=list_members(override),
        month=name_span(override),
        author=override.author,
    )


def _say_foreign(override: Override, currency: str) -> Text:
    """Of the whole company, or of its members."""
    return text(
        "The override of {measure} ({members}) in {month} by {author} is in {other}, and the"
        " forecast is in {currency}. It counts no longer. Withdraw it, or make it again.",
        measure=override.measure,
        members=list_members(override) or text("whole company"),
        month=name_span(override),
        author=override.author,
        other=override.currency,
        currency=currency,
    )


def _say_expired(override: Override) -> Text:
    assert override.expires_on is not None, "so it expired"
    if not override.by:
        return text(
            "The override of {measure} in {month} by {author} held until {day} and counts no"
            " longer. Withdraw it, or make it again.",
            measure=override.measure,
            month=name_span(override),
            author=override.author,
            day=override.expires_on,
        )
    return text(
        "The override of {measure} of {members} in {month} by {author} held until {day} and counts"
        " no longer. Withdraw it, or make it again.",
        measure=override.measure,
        members=list_members(override),
        month=name_span(override),
        author=override.author,
        day=override.expires_on,
    )


def _say_raised(asked: Asked) -> Text:
    override = asked.override
    if not override.by:
        return text(
            "What {author} said of {measure} in {month} comes to {amount} by now, less than what"
            " is won already. It stands at {stands}; withdraw it, or say it anew.",
            author=override.author,
            measure=override.measure,
            month=name_span(override),
            amount=asked.asked,
            stands=asked.least,
        )
    return text(
        "What {author} said of {measure} of {members} in {month} comes to {amount} by now, less"
        " than what is won already. It stands at {stands}; withdraw it, or say it anew.",
        author=override.author,
        measure=override.measure,
        members=list_members(override),
        month=name_span(override),
        amount=asked.asked,
        stands=asked.least,
    )


def _say_moved(asked: Asked, stands: Decimal) -> Text:
    override = asked.override
    if not override.by:
        return text(
            "{author} set {measure} in {month} to {amount}; a later override moved it to {stands}.",
            author=override.author,
            measure=override.measure,
            month=name_span(override),
            amount=asked.asked,
            stands=stands,
        )
    return text(
        "{author} set {measure} of {members} in {month} to {amount}; a later override moved it to"
        " {stands}.",
        author=override.author,
        measure=override.measure,
        members=list_members(override),
        month=name_span(override),
        amount=asked.asked,
        stands=stands,
    )


def _say_unmet(asked: Asked, stands: Decimal) -> Text:
    override = asked.override
    if not override.by:
        return text(
            "{author} asked for {amount} of {measure} in {month}; beside what others locked or said"
            " later it stands at {stands}. Withdraw it, or say it anew.",
            author=override.author,
            measure=override.measure,
            month=name_span(override),
            amount=asked.amount,
            stands=stands,
        )
    return text(
        "{author} asked for {amount} of {measure} of {members} in {month}; beside what others"
        " locked or said later it stands at {stands}. Withdraw it, or say it anew.",
        author=override.author,
        measure=override.measure,
        members=list_members(override),
        month=name_span(override),
        amount=asked.amount,
        stands=stands,
    )


def name_span(override: Override) -> str:
    """The month, or the period that it is of as a whole."""
    return override.period if override.month is None else f"{override.month:%Y-%m}"


def list_members(override: Override) -> str:
    return " × ".join(member for _, member in override.by)
