"""What the docs list is what the code does."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import reference_pages
from counterpoise.cli.main import COMMANDS

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


def test_every_dependency_has_its_reason():
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text("utf-8").lower()
    wanted = (ROOT / "requirements/runtime.in").read_text("utf-8").lower()
    names = re.findall(r"^([a-z][a-z0-9-]*)", wanted, re.MULTILINE)
    known_as = {"ibis-framework": "ibis", "vl-convert-python": "vl-convert", "sqlglot": "sqlglot"}
    assert [name for name in names if known_as.get(name, name) not in reasons] == []


def test_every_command_shows_help_with_an_example():
    names = [name for commands in COMMANDS.values() for name in commands]
    for name in names:
        done = subprocess.run(
            [sys.executable, "-m", "counterpoise.cli", name, "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"counterpoise {name}" in done.stdout.split("Example", 1)[-1], name


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
