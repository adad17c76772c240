"""What the docs list is what the code does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import reference_pages
from counterpoise.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", reference_pages.PAGES)
def test_reference_page_is_what_the_code_says(page):
    written = (reference_pages.REFERENCE / page).read_text("utf-8")
    made = reference_pages.NOTE + reference_pages.PAGES[page]()
    assert written == made, "run `make docs`"


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
