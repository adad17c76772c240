"""Files that an operation answers with, and how the document describes them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from django.http import FileResponse
from ninja import Schema

Language = Literal["en", "ar"]
KINDS: Mapping[str, str] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class LanguageWanted(Schema):
    language: Language = "en"


def describe(*endings: str) -> dict[str, Any]:
    """What an operation that answers with a file adds to the document."""
    content = {KINDS[each]: {"schema": {"type": "string", "format": "binary"}} for each in endings}
    return {"responses": {"200": {"description": "OK", "content": content}}}


def send(path: Path, name: str, language: str) -> FileResponse:
    """name: how it is saved."""
    ending = path.suffix.removeprefix(".")
    kind = KINDS[ending] + ("; charset=utf-8" if ending == "html" else "")
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{name}.{language}.{ending}",
        content_type=kind,
    )  # fmt: skip
    response.headers["Content-Language"] = language
    return response
