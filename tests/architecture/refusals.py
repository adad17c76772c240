"""Finds refusals in plain English: what we raise is a sentence, so that a page can translate it.

An exception of ours gets its words from `text(…)`. The classes that speak plainly are named here,
each with the reason why nobody reads their words on a page.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator
from pathlib import Path

ON_NO_PAGE = {
    "BadPlace": "a backup is taken and restored by command",
    "BrokenStore": "a backup is taken and restored by command",
    "DamagedBackup": "a backup is taken and restored by command",
    "MissingFiles": "a backup is taken and restored by command",
    "NoWorkspace": "pages are served from a workspace",
    "UnknownDatabase": "the server does not start",
    "LockedSecret": "whoever runs the server reads it in the log",
    "OutOfReach": "a connector's own, told by the refresh that asked",
    "HiddenSubject": "a page answers 404",
    "NoPerson": "a page answers 404",
    "NoToken": "a page answers 404",
    "UnknownJob": "a page answers 404",
    "UnknownNote": "a page answers 404",
    "UnknownOverride": "a page answers 404",
    "UnknownPush": "a page answers 404",
    "UnknownRows": "a page answers 404",
    "UnknownTable": "a page answers 404",
    "WithdrawnAlready": "a page says so in its own words",
    "CellChanged": "a page shows both values in its own words",
    "RuleChanged": "a page shows both values in its own words",
    "ScenarioChanged": "a page shows both values in its own words",
    "EditionChanged": "a page shows both values in its own words",
    "PersonChanged": "a page shows both values in its own words",
    "KeyUsedOtherwise": "only programs send such keys",
    "InvalidPack": "a fault of ours, told to programmers",
    "UnknownWork": "a fault of ours, told to programmers",
    "UnreadableDocument": "a place in a damaged document, for whoever restores the store",
}
FOLDERS = ("domain", "actions", "store", "warehouse", "connectors", "web/collect")
PLAIN_CALLS = {"str", "repr", "join", "format"}


def find_plain_refusals(source: Path) -> list[str]:
    """`source` is the folder of the package."""
    trees = _read(source)
    ours = _list_exceptions(trees.values()) - set(ON_NO_PAGE)
    return [
        f"{place}:{call.lineno} {name}"
        for place, tree in trees.items()
        for call, name in _list_calls(tree)
        if name in ours and call.args and _is_plain(call.args[0], tree)
    ]


def find_idle_reasons(source: Path) -> list[str]:
    """Classes that are listed above and are no exceptions of ours any more."""
    return sorted(set(ON_NO_PAGE) - _list_exceptions(_read(source).values()))


def _read(source: Path) -> dict[str, ast.Module]:
    """The modules whose refusals a page may show, by their place."""
    paths = ((path, path.relative_to(source).as_posix()) for path in sorted(source.rglob("*.py")))
    return {
        place: ast.parse(path.read_text("utf-8"))
        for path, place in paths
        if place.startswith(FOLDERS)
    }


def _list_exceptions(trees: Iterable[ast.Module]) -> set[str]:
    """Every class that comes from an exception, however far."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {
        name
        for name, held in vars(builtins).items()
        if isinstance(held, type) and issubclass(held, BaseException)
    }
    while more := {name for name, over in bases.items() if over & found} - found:
        found |= more
    return found & bases.keys()


def _list_calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, _name(node.func)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_plain(said: ast.expr, tree: ast.Module) -> bool:
    """Written out, put together, or from a function of the module that gives a plain text."""
    if isinstance(said, ast.Constant | ast.JoinedStr | ast.BinOp):
        return True
    if not isinstance(said, ast.Call):
        return False
    name = _name(said.func)
    return name in PLAIN_CALLS or any(
        isinstance(node, ast.FunctionDef)
        and node.name == name
        and isinstance(node.returns, ast.Name)
        and node.returns.id == "str"
        for node in ast.walk(tree)
    )
