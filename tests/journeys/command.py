"""Runs the `counterpoise` command as a person would, in a process of its own."""

import json
import os
import subprocess
import sys


def run(*arguments, workspace=None, expect=0, timeout=300):
    """The finished process; `expect` is the exit code that the story needs."""
    words = [sys.executable, "-m", "counterpoise.cli", *map(str, arguments)]
    if workspace is not None:
        words += ["--workspace", str(workspace)]
    environment = {**os.environ, "COLUMNS": "160"}
    done = subprocess.run(
        words, capture_output=True, text=True, env=environment, timeout=timeout, check=False
    )
    assert done.returncode == expect, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done


def ask(*arguments, workspace=None, timeout=300):
    """The answer as JSON: one document on standard output and nothing else there."""
    return json.loads(run(*arguments, "--json", workspace=workspace, timeout=timeout).stdout)
