"""What answers each requirement of OWASP ASVS 5.0.0, levels 1 and 2: asvs.toml, checked."""

import ast
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
KINDS = ("tested", "documented", "does not apply", "not met")
NOT_MET = ("not met: ", "not met by a test: ", "not met by us: ", "not met for ", "not met where ")


@dataclass(frozen=True, slots=True)
class Requirement:
    """tests: as `folder/test_file.py::test_name`. pages: of the docs. waiver: why neither."""

    id: str
    level: int
    asks: str
    tests: tuple[str, ...]
    pages: tuple[str, ...]
    waiver: str

    @property
    def kind(self) -> str:
        if self.tests:
            return "tested"
        if self.pages:
            return "documented"
        return "does not apply" if self.waiver.startswith("does not apply") else "not met"

    @property
    def chapter(self) -> str:
        return self.id.partition(".")[0]


def list_requirements(written: str) -> list[Requirement]:
    """`written` is the text of asvs.toml."""
    read = tomllib.loads(written)
    reasons = read["reasons"]
    return [
        Requirement(
            id=number,
            level=each["level"],
            asks=each["asks"],
            tests=tuple(each.get("tests", ())),
            pages=tuple(each.get("pages", ())),
            waiver=each.get("waiver", "") or reasons.get(each.get("reason", ""), ""),
        )
        for number, each in read["requirements"].items()
    ]


def read_requirements() -> list[Requirement]:
    return list_requirements((TESTS / "asvs.toml").read_text("utf-8"))


def find_faults(requirements: list[Requirement]) -> list[str]:
    """Requirements that nothing answers, or that name a test or a page which is not there."""
    faults = []
    for each in requirements:
        answers = [bool(each.tests), bool(each.pages), bool(each.waiver)]
        if sum(answers) != 1:
            faults.append(f"{each.id}: give it tests, pages or a waiver, and only one of them")
        if each.waiver and not each.waiver.startswith(("does not apply: ", *NOT_MET)):
            faults.append(
                f"{each.id}: its waiver begins neither with 'does not apply' nor 'not met'"
            )
        faults += [f"{each.id}: no test {name}" for name in each.tests if not _has_test(name)]
        faults += [
            f"{each.id}: no page {name}" for name in each.pages if not (ROOT / name).exists()
        ]
    return faults


def write_section() -> str:
    chapters = tomllib.loads((TESTS / "asvs.toml").read_text("utf-8"))["chapters"]
    requirements = read_requirements()
    counted = Counter((each.chapter, each.kind) for each in requirements)
    rows = [
        (f"V{chapter} {name}", *(str(counted[chapter, kind]) for kind in KINDS))
        for chapter, name in chapters.items()
    ]
    totals = tuple(str(sum(counted[chapter, kind] for chapter in chapters)) for kind in KINDS)
    intro = (
        "\n## OWASP ASVS 5.0.0, levels 1 and 2\n\nWhat each requirement asks, in our own few words,"
        " and what answers it. *Not met by a test* says that a library or the design does it and"
        " that no test of ours would notice if it stopped.\n\n"
    )
    parts = [intro, _table(("chapter", *KINDS), [*rows, ("all", *totals)])]
    for chapter, name in chapters.items():
        own = [each for each in requirements if each.chapter == chapter]
        parts.append(f"\n### V{chapter} {name}\n\n")
        parts.append(
            _table(
                ("requirement", "level", "asks", "answered by"),
                [(each.id, str(each.level), each.asks, _say_answer(each)) for each in own],
            )
        )
    return "".join(parts)


def _say_answer(requirement: Requirement) -> str:
    named = (*requirement.tests, *requirement.pages)
    return "; ".join(f"`{each}`" for each in named) or requirement.waiver


def _has_test(name: str) -> bool:
    place, _, function = name.partition("::")
    return function in _list_functions(TESTS / place)


@cache
def _list_functions(path: Path) -> frozenset[str]:
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


def _table(headers: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [headers, tuple("---" for _ in headers), *rows]
    return "".join(
        "| " + " | ".join(each.replace("|", "\\|") for each in line) + " |\n" for line in lines
    )
