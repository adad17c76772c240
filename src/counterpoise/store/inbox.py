"""What waits for a person: mentions, actions given to them, plans to sign, work that is finished.

An item is told inside the transaction of what it tells of. Reading it changes nothing of the
business, so the audit trail does not speak of it.
"""

from dataclasses import dataclass
from datetime import datetime

from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import Text
from counterpoise.store import audit
from counterpoise.store.models import InboxItem

PAGE = 50


@dataclass(frozen=True, slots=True)
class Item:
    """kind: mention, action, sign or work. text: a person's words, or a sentence of the product.

    sender: the login of whoever caused it. link: a path of this application.
    """

    id: int
    kind: str
    about: str
    sender: str
    text: Text | str
    link: str
    made_at: datetime
    read_at: datetime | None


def tell(person_id: int, kind: str, about: str, link: str, text: Text | str, at: datetime) -> None:
    """Put something into a person's inbox, in the name of whoever acts.

    text: a Text where the product speaks, so that it can be translated; a str where a person does.
    """
    words, sentence = (text, None) if isinstance(text, str) else ("", to_document(text))
    InboxItem.objects.create(
        person_id=person_id,
        kind=kind,
        about=about[:200],
        sender=audit.get_actor().name,
        text=words,
        sentence=sentence,
        link=link,
        made_at=at,
    )


def tell_once(
    person_id: int, kind: str, about: str, link: str, text: Text | str, at: datetime
) -> None:
    """As `tell`, unless they have not yet read that there is something about it."""
    unread = InboxItem.objects.filter(person_id=person_id, kind=kind, about=about, read_at=None)
    if not unread.exists():
        tell(person_id, kind, about, link, text, at)


def count_unread(person_id: int) -> int:
    """One query over an index: every page asks."""
    return InboxItem.objects.filter(person_id=person_id, read_at=None).count()


def list_items(person_id: int, *, start: int = 0, limit: int = PAGE) -> tuple[Item, ...]:
    """Newest first."""
    rows = InboxItem.objects.filter(person_id=person_id)
    return tuple(_read(row) for row in rows[start : start + limit])


def find_item(person_id: int, item_id: int) -> Item | None:
    """Of this person's items only."""
    row = InboxItem.objects.filter(person_id=person_id, pk=item_id).first()
    return None if row is None else _read(row)


def mark_read(person_id: int, item_id: int | None = None, *, at: datetime) -> int:
    """One item, or all there are; how many were unread until now."""
    rows = InboxItem.objects.filter(person_id=person_id, read_at=None)
    if item_id is not None:
        rows = rows.filter(pk=item_id)
    return rows.update(read_at=at)


def _read(row: InboxItem) -> Item:
    words: Text | str = row.text
    if row.sentence is not None:
        words = from_document(Text, row.sentence)
    return Item(row.pk, row.kind, row.about, row.sender, words, row.link, row.made_at, row.read_at)
