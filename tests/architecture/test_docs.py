"""What the docs list is what the code does."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

import asvs
import reference_pages
from counterpoise.cli.main import COMMANDS, main

ROOT = Path(__file__).parents[2]


def test_reference_pages_are_what_the_code_says():
    assert reference_pages.find_stale(reference_pages.REFERENCE) == [], "run `make docs`"


@pytest.mark.parametrize("page", reference_pages.PAGES)
def test_a_reference_page_that_says_otherwise_is_found(page, tmp_path):
    shutil.copytree(reference_pages.REFERENCE, tmp_path, dirs_exist_ok=True)
    with (tmp_path / page).open("a", encoding="utf-8") as file:
        file.write("| something | that the code does not do |\n")
    assert reference_pages.find_stale(tmp_path) == [page]


def test_a_reference_page_that_is_missing_is_found(tmp_path):
    shutil.copytree(reference_pages.REFERENCE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "rules.md").unlink()
    assert reference_pages.find_stale(tmp_path) == ["rules.md"]


def test_every_case_has_one_answer():
    assert reference_pages.find_unanswered() == []


def test_every_requirement_of_asvs_is_answered_by_what_is_there():
    requirements = asvs.read_requirements()
    assert asvs.find_faults(requirements) == []
    assert Counter(each.level for each in requirements) == {1: 70, 2: 183}, "as many as 5.0.0 has"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        pytest.param("", "only one of them", id="nothing"),
        pytest.param(
            'tests = ["web/test_no.py::test_x"]', "no test", id="a test that is not there"
        ),
        pytest.param('pages = ["docs/no.md"]', "no page", id="a page that is not there"),
        pytest.param('waiver = "later"', "begins neither", id="a waiver that does not say which"),
        pytest.param('pages = ["README.md"], reason = "no"', "only one", id="two answers"),
    ],
)
def test_a_requirement_that_nothing_answers_is_found(answer, fault):
    entry = ", ".join(filter(None, ('level = 1, asks = "x"', answer)))
    (found,) = asvs.find_faults(
        asvs.list_requirements(
            f'[reasons]\nno = "does not apply: x"\n[requirements]\n"1.1" = {{ {entry} }}'
        )
    )
    assert fault in found


def test_every_dependency_has_its_reason():
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text("utf-8").lower()
    wanted = (ROOT / "requirements/runtime.in").read_text("utf-8").lower()
    names = re.findall(r"^([a-z][a-z0-9-]*)", wanted, re.MULTILINE)
    known_as = {"ibis-framework": "ibis", "vl-convert-python": "vl-convert", "sqlglot": "sqlglot"}
    assert [name for name in names if known_as.get(name, name) not in reasons] == []


def test_every_command_shows_help_with_an_example(capsys):
    names = [name for commands in COMMANDS.values() for name in commands]
    for name in names:
        main([name, "--help"])
        shown = capsys.readouterr().out
        assert f"counterpoise {name}" in shown.split("Example", 1)[-1], name


def test_links_between_pages_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    ]
    assert [
        f"{page.name} leads to {target}"
        for page, target in links
        if "://" not in target and not (page.parent / target).exists()
    ] == []
