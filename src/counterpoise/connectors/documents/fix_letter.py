"""The letter that tells a rep once a week what could be mended in their own rows."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext

from counterpoise.connectors.documents.names import name_code
from counterpoise.connectors.documents.reader import Language, Reader
from counterpoise.domain.tables.health import Finding

MOST_LINES = 20


def write_letter(
    name: str, findings: Sequence[Finding], language: Language, link: str
) -> tuple[str, str]:
    """Subject and body, in the language. findings: this person's own, the gravest first."""
    with translation.override(language):
        reader = Reader(language, "")
        rows = reader.number(sum(each.rows for each in findings))
        subject = gettext("Your data: {rows} rows to mend").format(rows=rows)
        lines = [
            gettext("Good day {name},").format(name=name),
            "",
            gettext("this could be mended in your own rows, the weightiest first:"),
            "",
        ]
        for each in findings[:MOST_LINES]:
            what = gettext("{table}, {attribute}: {rule} ({rows} rows)").format(
                table=name_code("table", each.table),
                attribute=name_code("attribute", each.attribute),
                rule=name_code("rule", each.rule),
                rows=reader.number(each.rows),
            )
            lines += [f"- {what}", f"  {reader.say(each.fix_for_everyone)}"]
        if len(findings) > MOST_LINES:
            lines.append(gettext("… and more, on the page of your fix list."))
        if link:
            lines += ["", gettext("The rows themselves:") + f" {link}"]
        lines += ["", gettext("This letter comes once a week, while there is something to mend.")]
    return subject, "\n".join(lines) + "\n"
