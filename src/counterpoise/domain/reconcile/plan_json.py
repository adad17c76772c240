"""A plan as a document, so that it can be checked, hashed and shown again years later.

Amounts are decimal text, dates ISO 8601, floats what Python prints for them, texts their template
and values. Reading what was written gives an equal plan, and its canonical bytes are the same.
"""

import json
from collections.abc import Mapping
from typing import Any

from counterpoise.domain.tables.capacity import InvalidPool
from counterpoise.domain.tables.plan import InvalidProblem, Plan
from counterpoise.domain.values import document as documents
from counterpoise.domain.values.document import UnreadableDocument
from counterpoise.domain.values.text import explain, text

FORMAT = "counterpoise-plan/1"
Document = dict[str, Any]


class UnreadablePlan(ValueError):
    """A document that holds no plan, or one that was changed into nonsense."""


def to_document(plan: Plan) -> Document:
    return {"format": FORMAT, **documents.to_document(plan)}


def from_document(document: Mapping[str, Any]) -> Plan:
    """Raises UnreadablePlan, naming the place that cannot be read."""
    if document.get("format") != FORMAT:
        raise UnreadablePlan(
            text(
                "The document's format is {met}, not '{format}'. Give a file that"
                " `counterpoise reconcile` saved.",
                met=repr(document.get("format")),
                format=FORMAT,
            )
        )
    content = {name: value for name, value in document.items() if name != "format"}
    try:
        return documents.from_document(Plan, content)
    except UnreadableDocument as error:
        raise UnreadablePlan(
            text("The saved plan cannot be read: {error}", error=explain(error))
        ) from None
    except (InvalidPool, InvalidProblem) as error:
        raise UnreadablePlan(
            text(
                "The saved plan has no meaning: {error}",
                error=explain(error),
            )
        ) from None


def canonical_bytes(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document: keys sorted, no spaces, UTF-8."""
    written = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return written.encode()
