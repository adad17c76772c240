"""What a release carries: the same bytes whoever builds it, and a list of all that is in it."""

import json
import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
WANTED = ("src", "requirements", "pyproject.toml", "README.md", "LICENSE", "requirements.lock")
EPOCH = "1767225600"  # any moment, as long as both builds are told the same


def copy_source(folder):
    folder.mkdir()
    for name in WANTED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def build_wheel(source, folder):
    """The wheel of a copy of the source whose files were all written just now."""
    shutil.copytree(source, folder / "source", copy_function=shutil.copyfile)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", folder, folder / "source"],
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        check=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.mark.case("SUP-08")
def test_two_builds_of_the_same_source_are_the_same_bytes(tmp_path):
    source = copy_source(tmp_path / "source")
    first, second = (build_wheel(source, tmp_path / name) for name in ("one", "another"))
    assert sha256(first.read_bytes()).digest() == sha256(second.read_bytes()).digest()
    names = set(ZipFile(first).namelist())
    shown = {
        f"counterpoise/{path.relative_to(source / 'src' / 'counterpoise').as_posix()}"
        for kind in ("html", "css", "js", "svg", "toml", "mo")
        for path in (source / "src" / "counterpoise").rglob(f"*.{kind}")
    }
    assert shown - names == set(), "name them in pyproject.toml, package-data"
    assert {name for name in names if name.startswith("tests/") or "/.git" in name} == set()


@pytest.mark.case("SUP-02")
def test_the_bill_of_materials_lists_every_locked_package_with_its_hashes(tmp_path):
    path = tmp_path / "bill.json"
    subprocess.run(
        [ROOT / "build/bill/bin/cyclonedx-py", "requirements", ROOT / "requirements.lock",
         "--pyproject", ROOT / "pyproject.toml", "--mc-type", "application",
         "--spec-version", "1.6", "--output-reproducible", "--validate", "-o", path],
        check=True,
        capture_output=True,
    )  # fmt: skip
    bill = json.loads(path.read_text("utf-8"))
    locked = re.findall(
        r"^([\w.-]+)==([^\s;\\]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE
    )
    assert bill["specVersion"] == "1.6"
    assert [(each["name"], each["version"]) for each in bill["components"]] == locked
    assert all(each["externalReferences"][0]["hashes"] for each in bill["components"])
