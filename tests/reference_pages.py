"""`make docs`: writes docs/reference from the code; a test compares the pages with the code."""

import ast
import io
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

import asvs
from counterpoise.cli.main import COMMANDS, app
from counterpoise.domain.measure.definition import Definition
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.dictionary import CRMS, get_tables
from counterpoise.store import connection

TESTS = Path(__file__).parent
REFERENCE = TESTS.parent / "docs" / "reference"
NOTE = "<!-- Written by `make docs` from the code; edit the code. -->\n\n"


def write_tables() -> str:
    intro = (
        "# Canonical tables\n\nEvery row also has `source`: the system it came from. Names of the"
        " CRMs are recognised whatever their case, spaces, accents and punctuation.\n"
    )
    parts = [intro]
    for table in get_tables():
        parts.append(f"\n## {table.name}\n")
        rows = [
            (
                f"`{each.name}`",
                each.type,
                each.unit,
                "key" if each.is_key else "yes" if each.is_required else "",
                each.references,
                each.meaning,
                *(_join(dict(each.names).get(crm, ())) for crm in CRMS),
            )
            for each in table.attributes
        ]
        headers = ("attribute", "type", "unit or codes", "required", "refers to", "meaning")
        parts.append(_table((*headers, *(crm.title() for crm in CRMS)), rows))
    return "".join(parts)


def write_measures() -> str:
    rows = [
        (f"`{each.name}`", each.unit, str(each.meaning), *_say_parts(each))
        for each in DEFINITIONS.values()
    ]
    return (
        "# Measures\n\nEach is defined once, computed in plain Python and in the warehouse, and"
        " both are proved equal. A measure without a denominator has no value: it is not zero.\n\n"
        + _table(("measure", "unit", "meaning", "numerator", "denominator", "grain"), rows)
    )


def _say_parts(definition: Definition) -> tuple[str, str, str]:
    return str(definition.numerator), str(definition.denominator or ""), str(definition.grain)


def write_rules() -> str:
    rows = [
        (f"`{rule.key}`", rule.subject, rule.value, rule.unit, rule.source)
        for rule in load_defaults().rules
    ]
    return (
        "# Rules and their defaults\n\nA business's own entry takes the place of a default from its"
        " `effective_from` on: `counterpoise rulebook import FILE`. Reports list every default they"
        " used.\n\n" + _table(("rule", "of", "default", "unit", "source"), rows)
    )


def write_commands() -> str:
    parts = ["# Commands\n\n```\n", _help([]), "```\n"]
    for commands in COMMANDS.values():
        for name in commands:
            parts += [f"\n## counterpoise {name}\n\n```\n", _help([name]), "```\n"]
    return "".join(parts)


def write_assurance() -> str:
    catalogue = tomllib.loads((TESTS / "catalogue.toml").read_text("utf-8"))
    marked = find_marked()
    rows = [
        (case, meaning, _say_how(case, marked, catalogue))
        for case, meaning in catalogue["cases"].items()
    ]
    return (
        "# What is assured, and by what\n\nEach case has tests, a command of `make check` or the"
        " benchmarks, or the reason why it has none yet.\n\n"
        + _table(("case", "what must hold", "how"), rows)
        + asvs.write_section()
    )


def find_unanswered() -> list[str]:
    """What is wrong with the catalogue: cases without an answer, with two, or that are unknown."""
    catalogue = tomllib.loads((TESTS / "catalogue.toml").read_text("utf-8"))
    answers = {
        "a test": set(find_marked()),
        "a command": set(catalogue["by_command"]),
        "a reason why not yet": set(catalogue["not_yet"]),
    }
    faults = [
        f"{case} has {' and '.join(by) or 'no answer'}"
        for case in catalogue["cases"]
        if len(by := [kind for kind, cases in answers.items() if case in cases]) != 1
        and by != ["a test", "a command"]
    ]
    unknown = set.union(*answers.values()) - set(catalogue["cases"])
    return [*faults, *(f"{case} is not in [cases]" for case in sorted(unknown))]


def find_marked() -> dict[str, list[str]]:
    """The tests that are marked with each case, by file and name."""
    marked: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    for case in _read_cases(mark):
                        place = path.relative_to(TESTS).with_suffix("")
                        marked.setdefault(case, []).append(f"{place}: {node.name}")
    return marked


def _read_cases(mark: ast.expr) -> list[str]:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.case":
        return [each.value for each in mark.args if isinstance(each, ast.Constant)]
    return []


def _say_how(case: str, marked: dict[str, list[str]], catalogue: dict[str, dict[str, str]]) -> str:
    if case in marked:
        return "; ".join(f"`{each}`" for each in marked[case])
    if case in catalogue["by_command"]:
        return catalogue["by_command"][case]
    return f"not yet: {catalogue['not_yet'][case]}"


PAGES: dict[str, Callable[[], str]] = {
    "tables.md": write_tables,
    "measures.md": write_measures,
    "rules.md": write_rules,
    "commands.md": write_commands,
    "assurance.md": write_assurance,
}


def find_stale(folder: Path) -> list[str]:
    """The pages of a folder that are not what the code says, by name."""
    made = {name: NOTE + write() for name, write in PAGES.items()}
    written = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
    return sorted(
        name for name in made.keys() | written.keys() if made.get(name) != written.get(name)
    )


def _help(words: list[str]) -> str:
    buffer = io.StringIO()
    console = Console(file=buffer, width=100, force_terminal=False, color_system=None)
    app.help_print(words, console=console)
    return re.sub(r"[ \t]+$", "", buffer.getvalue(), flags=re.MULTILINE)


def _join(names: tuple[str, ...]) -> str:
    return "; ".join(names)


def _table(headers: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [headers, tuple("---" for _ in headers), *rows]
    return "".join("| " + " | ".join(_escape(cell) for cell in line) + " |\n" for line in lines)


def _escape(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    connection.start()
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (REFERENCE / name).write_text(NOTE + write(), "utf-8")
        print(REFERENCE / name)
