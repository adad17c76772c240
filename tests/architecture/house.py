"""Reads the source tree and says where it breaks the size budgets of the house."""

import ast
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60
FOLDER_DEPTH = 2
DATA_FOLDERS = {"locale", "templates", "static", "fonts", "migrations"}


def find_breaches(source: Path) -> list[str]:
    """`source` is the folder of the package."""
    breaches = []
    for path in sorted(source.rglob("*.py")):
        if path.parent.name == "migrations":
            continue  # written by Django
        place = path.relative_to(source)
        written = path.read_text("utf-8")
        breaches += _check_file(place, written)
        breaches += _check_functions(place, ast.parse(written))
    return breaches


def _check_file(place: Path, written: str) -> Iterator[str]:
    if (lines := written.count("\n")) > FILE_LINES:
        yield f"{place}: {lines} lines, {FILE_LINES} at most"
    depth = len([part for part in place.parts[:-1] if part not in DATA_FOLDERS])
    if depth > FOLDER_DEPTH:
        yield f"{place}: {depth} folders deep, {FOLDER_DEPTH} at most"
    if place.name == "__init__.py" and len(place.parts) > 1:
        statements = ast.parse(written).body
        if len(statements) != 1 or not isinstance(statements[0], ast.Expr):
            yield f"{place}: holds more than the sentence that says what the folder is for"


def _check_functions(place: Path, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            docstring_end = node.body[0].end_lineno if ast.get_docstring(node) else None
            start = (docstring_end or node.lineno - 1) + 1
            length = (body[-1].end_lineno or start) - start + 1 if body else 0
            if length > FUNCTION_LINES:
                yield f"{place}:{node.lineno} {node.name}: {length} lines, {FUNCTION_LINES} at most"
