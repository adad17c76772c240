"""`make messages`: collects every text to translate, and brings the Arabic catalogue up to date.

Texts are the first arguments of `text(…)` and of the gettext functions in Python, the translate
tags of templates, and what the default rulebook says of its entries. The catalogue keeps what was
translated; what is new stays empty, and tests/spec/test_report_catalogue.py names it.
"""

import ast
import io
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).parents[1] / "src" / "counterpoise"
CATALOGUE = SOURCE / "locale" / "ar" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "text": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "mark": None,
    "_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLURALS = {key for key, value in KEYWORDS.items() if value is not None}
CREATED = datetime(2026, 1, 1, tzinfo=UTC)  # fixed, so equal texts give equal files
Found = tuple[str | None, str | tuple[str, str]]


def extract(source: Path = SOURCE) -> Catalog:
    """Every text of the package, with the plural where it has one."""
    catalogue = Catalog(
        locale="ar",
        project="Counterpoise",
        header_comment="# Arabic texts of Counterpoise; `make messages` keeps the list.",
        creation_date=CREATED,
        revision_date=CREATED,
        last_translator="Counterpoise",
        language_team="Counterpoise",
        fuzzy=False,
    )
    for path in sorted(source.rglob("*.py")):
        _add(catalogue, path, read_code(path.read_text("utf-8")))
    for path in sorted(source.rglob("*.html")):
        code = templatize(path.read_text("utf-8"), origin=path.name)
        flat = "\n".join(line.strip() for line in code.splitlines())
        _add(catalogue, path, _read_template(flat))
    for path in sorted(source.rglob("rulebook/*.toml")):
        _add(catalogue, path, _read_rules(path))
    return catalogue


def read_catalogue(path: Path = CATALOGUE) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="ar")


def find_untranslated(wanted: Catalog, have: Catalog) -> list[str]:
    """Texts that the catalogue lacks, leaves empty in a form, or only guesses."""
    return [_name(message) for message in wanted if message.id and not _is_done(message, have)]


def update(wanted: Catalog, have: Catalog) -> Catalog:
    """`have` with the texts of `wanted`: nothing guessed, what is gone is dropped."""
    have.update(wanted, no_fuzzy_matching=True)
    have.obsolete.clear()
    have.header_comment = wanted.header_comment
    have.mime_headers = wanted.mime_headers
    return have


def write(catalogue: Catalog, path: Path = CATALOGUE) -> None:
    """Both files, always the same for the same texts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_write_po(catalogue))
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def _write_po(catalogue: Catalog) -> bytes:
    written = io.BytesIO()
    write_po(
        written,
        catalogue,
        omit_header=False,
        sort_output=True,
        no_location=True,
        width=0,
    )
    return written.getvalue()


def read_code(written: str) -> Iterator[Found]:
    """Texts of a Python module. A call whose text stands under a name gives all that the module
    ever puts under that name."""
    tree = ast.parse(written)
    for call in ast.walk(tree):
        function = _name_function(call)
        if function in PLURALS:
            yield from _read_plural(function, tuple(_read_constant(arg) for arg in call.args))
        elif function in KEYWORDS and call.args:
            yield from ((None, each) for each in _read_argument(tree, call.args[0]))


def find_unreadable(source: Path = SOURCE) -> list[str]:
    """Calls of `text` whose template is nowhere written as a whole: nobody could translate them."""
    return [
        f"{path.relative_to(source)}:{call.lineno}"
        for path in sorted(source.rglob("*.py"))
        for tree in (ast.parse(path.read_text("utf-8")),)
        for call in ast.walk(tree)
        if _name_function(call) == "text" and not _read_argument(tree, call.args[0])
    ]


def _name_function(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _read_argument(tree: ast.Module, argument: ast.expr) -> list[str]:
    """The text itself, or every text that the module assigns to the name it stands under."""
    if (constant := _read_constant(argument)) is not None:
        return [constant]
    held = argument.value if isinstance(argument, ast.Subscript) else argument
    if isinstance(held, ast.IfExp):
        return [*_read_argument(tree, held.body), *_read_argument(tree, held.orelse)]
    if not isinstance(held, ast.Name):
        return []
    values = [_read_assigned(node, held.id) for node in ast.walk(tree)]
    return [each for value in values if value is not None for each in _read_values(value)]


def _read_assigned(node: ast.AST, name: str) -> ast.expr | None:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        return None
    is_it = any(isinstance(each, ast.Name) and each.id == name for each in targets)
    return node.value if is_it else None


def _read_values(value: ast.expr) -> list[str]:
    match value:
        case ast.Constant(value=str(written)):
            return [written]
        case ast.Dict():
            return [each for held in value.values for each in _read_values(held)]
        case ast.Tuple() | ast.List():
            return [each for held in value.elts for each in _read_values(held)]
        case ast.IfExp():
            return [*_read_values(value.body), *_read_values(value.orelse)]
        case ast.Subscript(value=ast.Dict() as held):
            return _read_values(held)
    return []


def _read_constant(argument: ast.expr) -> str | None:
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return argument.value if is_text else None


def _read_template(written: str) -> Iterator[Found]:
    file = io.BytesIO(written.encode("utf-8"))
    for _, function, messages, _ in extract_python(file, list(KEYWORDS), [], {"encoding": "utf-8"}):
        spec = KEYWORDS[function]
        parts = messages if isinstance(messages, tuple) else (messages,)
        if spec is None:
            if isinstance(parts[0], str):
                yield None, parts[0]
        else:
            yield from _read_plural(function, parts)


def _read_plural(function: str, parts: tuple[str | None, ...]) -> Iterator[Found]:
    context = parts[0] if "p" in function.split("gettext", maxsplit=1)[0] else None
    ids = [part for part in (parts[1:] if context else parts) if isinstance(part, str)]
    if function.startswith("n") and len(ids) >= 2:
        yield context, (ids[0], ids[1])
    elif ids:
        yield context, ids[0]


def _read_rules(path: Path) -> Iterator[Found]:
    for entry in tomllib.loads(path.read_text("utf-8"))["rule"]:
        for field in ("unit", "source"):
            if written := entry.get(field, ""):
                yield None, written


def _add(catalogue: Catalog, path: Path, found: Iterator[Found]) -> None:
    for context, message in found:
        place = path.relative_to(SOURCE).as_posix() if path.is_relative_to(SOURCE) else path.name
        catalogue.add(message, locations=[(place, 0)], context=context)


def _is_done(message: Message, have: Catalog) -> bool:
    singular = message.id[0] if isinstance(message.id, tuple) else message.id
    found = have.get(singular, context=message.context)
    if found is None or found.fuzzy or bool(found.pluralizable) != bool(message.pluralizable):
        return False
    forms = found.string if isinstance(found.string, tuple) else (found.string,)
    return all(forms) and (not message.pluralizable or len(forms) == have.num_plurals)


def _name(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


if __name__ == "__main__":
    texts = extract()
    kept = update(texts, read_catalogue()) if CATALOGUE.exists() else texts
    write(kept)
    missing = find_untranslated(texts, kept)
    print(f"{len(texts)} texts, {len(missing)} of them without a translation:")
    print("\n".join(missing))
