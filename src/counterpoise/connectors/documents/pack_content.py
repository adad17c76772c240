"""Puts a pack's sections in order, in a reader's language, for the page and the print alike.

Call within `translation.override(language)`: the words come from gettext.
"""

from django.utils.translation import gettext

from counterpoise.connectors.documents import pack_plan, pack_record
from counterpoise.connectors.documents.pack_blocks import Content
from counterpoise.connectors.documents.pack_words import enclose, fill, write_instant
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.pack import Pack

SHORT_HASH = 12
SECTIONS = (
    pack_plan.build_decision,
    pack_plan.build_figures,
    pack_plan.build_forecast,
    pack_plan.build_gap,
    pack_plan.build_scenarios,
    pack_record.build_assumptions,
    pack_record.build_decisions,
    pack_record.build_overrides,
    pack_record.build_changes,
    pack_record.build_signatures,
)


def build_content(reader: Reader, pack: Pack) -> Content:
    period = reader.period(pack.period)
    version = fill(
        reader, gettext("Plan version {number}"), number=reader.digits(str(pack.version))
    )
    short = enclose(reader, pack.version_hash[:SHORT_HASH])
    return Content(
        language=reader.language,
        title=f"{pack.company} · {period} · {gettext('Meeting pack')}",
        kicker=f"{gettext('Meeting pack')} · {version}",
        company=enclose(reader, pack.company),
        period=enclose(reader, period),
        facts=_build_facts(reader, pack),
        sections=tuple(build(reader, pack) for build in SECTIONS),
        running=" · ".join(
            (enclose(reader, pack.company), enclose(reader, period), version, short)
        ),
        page_of=gettext("Page {page} of {pages}"),
        contents=gettext("Parts of the pack"),
        made_by=gettext("Made by Counterpoise from what was saved with the version."),
        unprintable=gettext(
            "Some letters cannot be printed and stand as boxes; the page of this pack shows them."
        ),
        direction="rtl" if reader.is_rtl else "ltr",
    )


def _build_facts(reader: Reader, pack: Pack) -> tuple[tuple[str, str], ...]:
    frozen = gettext("{day}, by {person}")
    frozen_at = write_instant(reader, pack.frozen_at)
    currency = (
        enclose(reader, reader.currency_name())
        if reader.currency
        else gettext("the data names none; amounts are as they stand in it")
    )
    return (
        (gettext("As known on"), enclose(reader, reader.day(pack.as_of))),
        (gettext("Frozen on"), fill(reader, frozen, day=frozen_at, person=pack.frozen_by)),
        (gettext("Currency"), currency),
        (gettext("Version hash"), enclose(reader, pack.version_hash)),
    )
