"""Writes a meeting pack as a page (HTML) and as a print (PDF), in one language, from one content.

The page needs nothing else: no network, no script. The print is set by Typst with the fonts of this
folder; what people wrote reaches it as JSON data and is never read as markup. Neither holds the
time of its making, so the same pack gives the same bytes.
"""

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import typst
from django.template import Context
from django.utils import translation
from django.utils.safestring import mark_safe

from counterpoise.connectors.documents.drawing import ACCENT
from counterpoise.connectors.documents.pack_blocks import Content, Picture
from counterpoise.connectors.documents.pack_content import build_content
from counterpoise.connectors.documents.page import load_engine
from counterpoise.connectors.documents.reader import Language, Reader
from counterpoise.domain.tables.pack import Pack

DOCUMENTS = Path(__file__).parent
TEMPLATES = DOCUMENTS / "templates"
FONTS = DOCUMENTS / "fonts"
Form = Literal["pdf", "png"]
Standard = Literal["ua-1"]
PDF_STANDARD: Standard = "ua-1"
"""Tagged for screen readers, with a title, alternative texts and headings in order."""
BAR = "#3d97a5"
"""What the style sheet of the page makes of the accent, so that ranges stand out on the bars."""
_FONT = re.compile(r'font-family="[^"]*"')


def write_pack_page(pack: Pack, path: Path, language: Language) -> Path:
    """The page replaces whatever is at `path`."""
    with translation.override(language):
        template = load_engine().get_template("pack/page.html")
        page = template.render(Context(_build_context(_read(pack, language))))
    path.write_text(page, "utf-8")
    return path


def write_pack_print(pack: Pack, path: Path, language: Language) -> Path:
    """The PDF replaces whatever is at `path`. Its date is the instant the version was frozen."""
    path.write_bytes(print_pack(pack, language, "pdf")[0])
    return path


def print_pack(pack: Pack, language: Language, form: Form) -> tuple[bytes, ...]:
    """One PDF, or a PNG for each page.

    The PDF claims PDF/UA-1 unless somebody used letters that our fonts lack: these stand as boxes
    then, and the print says so.
    """
    with translation.override(language):
        content = _read(pack, language)
    data = _to_data(content, pack.frozen_at.astimezone(UTC))
    try:
        return _compile(data, form, PDF_STANDARD if form == "pdf" else None)
    except typst.TypstError:
        return _compile(data | {"warning": content.unprintable}, form, None)


def _compile(data: dict[str, Any], form: Form, standard: Standard | None) -> tuple[bytes, ...]:
    year, month, day = data["date"]
    made = _open_compiler().compile(
        format=form,
        sys_inputs={"pack": json.dumps(data, ensure_ascii=False)},
        pdf_standards=standard,
        timestamp=datetime(year, month, day, tzinfo=UTC),
    )
    assert made is not None  # bytes come back where no path is given
    return (made,) if isinstance(made, bytes) else tuple(made)


def _read(pack: Pack, language: Language) -> Content:
    return build_content(Reader(language, pack.currency), pack)


def _build_context(content: Content) -> dict[str, Any]:
    style = "".join(
        (TEMPLATES / place).read_text("utf-8") for place in ("report/report.css", "pack/pack.css")
    )
    return {"content": content, "style": mark_safe(style)}  # noqa: S308 -- our own style sheets


def _to_data(content: Content, frozen_at: datetime) -> dict[str, Any]:
    data = asdict(content)
    font = "Noto Sans Arabic" if content.language == "ar" else "Noto Sans"
    data["warning"] = ""
    data["date"] = [frozen_at.year, frozen_at.month, frozen_at.day]
    for section, written in zip(content.sections, data["sections"], strict=True):
        for block, held in zip(section.blocks, written["blocks"], strict=True):
            if isinstance(block, Picture):
                drawing = _FONT.sub(f'font-family="{font}"', block.drawing.wide)
                drawing = drawing.replace(ACCENT, BAR)
                held["drawing"] = {"wide": drawing, "label": block.drawing.label}
    return data


def _open_compiler() -> typst.Compiler:
    """Reads nothing outside the templates of the pack, and no font but ours."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]
    )
    return typst.Compiler(
        TEMPLATES / "pack" / "pack.typ", root=TEMPLATES / "pack", font_paths=fonts
    )
