"""The house stays as drawn, and each rule that keeps it so is shown to bite when broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from architecture.house import find_breaches

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "counterpoise"


@pytest.fixture
def copy(tmp_path):
    """The checkout's source and settings, free to be broken."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(tool, *arguments, cwd):
    program = Path(sys.executable).parent / tool
    environment = {**os.environ, "PYTHONPATH": str(cwd / "src"), "MYPYPATH": "src"}
    return subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def plant(copy, place, line):
    path = copy / "src" / "counterpoise" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.read_text("utf-8") if path.exists() else '"""Planted."""\n'
    path.write_text(written + "\n" + line + "\n", "utf-8")


@pytest.mark.case("SUP-07")
def test_import_contracts_hold():
    done = run("lint-imports", "--no-cache", cwd=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("place", "line", "contract"),
    [
        pytest.param(
            "domain/values/period.py",
            "import counterpoise.actions.rules",
            "Arrows point down",
            id="the domain may not know the actions",
        ),
        pytest.param(
            "domain/demand/planted.py",
            "import counterpoise.domain.supply",
            "six steps are independent",
            id="one step may not import another",
        ),
        pytest.param(
            "cli/planted.py",
            "import counterpoise.web",
            "Arrows point down",
            id="the command line may not import the pages",
        ),
        pytest.param(
            "attic/__init__.py",
            "",
            "",
            id="a folder that nobody placed is refused",
        ),
        pytest.param(
            "actions/planted.py",
            "import duckdb",
            "SQL and Ibis stay in the warehouse",
            id="SQL stays in the warehouse",
        ),
        pytest.param(
            "domain/values/period.py",
            "import counterpoise.domain.values.planted",
            "No cycles",
            id="no cycle between modules",
        ),
    ],
)
def test_a_broken_contract_is_found(copy, place, line, contract):
    if "planted" in line:
        plant(copy, "domain/values/planted.py", "import counterpoise.domain.values.period")
    plant(copy, place, line)
    done = run("lint-imports", "--no-cache", cwd=copy)
    assert done.returncode == 1
    assert contract in done.stdout


def test_files_and_functions_stay_small():
    assert find_breaches(PACKAGE) == []


@pytest.mark.parametrize(
    ("place", "line", "breach"),
    [
        pytest.param("cli/long.py", "x = 1\n" * 400, "403 lines, 400 at most", id="a long file"),
        pytest.param(
            "cli/long.py",
            "def grow():\n" + "    x = 1\n" * 60,
            "grow: 61 lines, 60 at most",
            id="a long function",
        ),
        pytest.param("cli/a/b/deep.py", "", "3 folders deep, 2 at most", id="a deep folder"),
        pytest.param("cli/a/__init__.py", "x = 1", "more than the sentence", id="a busy __init__"),
    ],
)
def test_a_breach_of_the_size_budget_is_found(copy, place, line, breach):
    plant(copy, place, line)
    (found,) = find_breaches(copy / "src" / "counterpoise")
    assert breach in found


@pytest.mark.case("TIM-07", "SUP-05")
@pytest.mark.parametrize(
    ("tool", "arguments", "line"),
    [
        pytest.param(
            "ruff", ["check", "src"], "from datetime import datetime as d\nd.now()", id="lint"
        ),
        pytest.param("ruff", ["format", "--check", "src"], "x  =  1", id="format"),
        pytest.param("mypy", ["src/counterpoise/planted.py"], "x: int = 'one'", id="types"),
    ],
)
def test_a_broken_line_is_found(copy, tool, arguments, line):
    assert (
        run(tool, *arguments[:-1], "src/counterpoise/domain/values/period.py", cwd=copy).returncode
        == 0
    )
    plant(copy, "planted.py", line)
    assert run(tool, *arguments, cwd=copy).returncode == 1


def test_help_starts_without_the_heavy_libraries():
    probe = (
        "import sys\n"
        "from counterpoise.cli import main\n"
        "heavy = {'pandas', 'ibis', 'duckdb', 'scipy', 'statsforecast', 'altair'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
