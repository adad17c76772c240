"""The whole cycle through the command line, sample company and Maven: 60 s at most each."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MAVEN = Path(__file__).parents[2] / "shared" / "data" / "crm_maven"
LIMIT_S = 60


def run(workspace: Path, *words: object) -> float:
    command = [sys.executable, "-m", "counterpoise.cli", *map(str, words)]
    begun = time.perf_counter()
    subprocess.run([*command, "--workspace", workspace], check=True, capture_output=True)
    return time.perf_counter() - begun


def time_cycle(name: str, prepare: list[tuple[object, ...]], cycle: tuple[object, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        run(workspace, "init")
        collected = sum(run(workspace, *words) for words in prepare)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = run(workspace, *cycle)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"{name:8} collect {collected:5.1f} s   cycle {seconds:5.1f} s wall {cpu:5.1f} CPU-s"
            f"   limit {LIMIT_S} s   {'ok' if seconds <= LIMIT_S else 'MISSED'}"
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "sample"
        run(Path(folder), "sample", "--out", out)
        time_cycle(
            "sample",
            [("rulebook", "import", out / "rulebook.toml"), ("collect", out / "export")],
            ("cycle", "2026-Q4", "--as-of", "2026-09-30"),
        )
    if MAVEN.is_dir():
        files = sorted(MAVEN.glob("*.csv"))
        time_cycle("Maven", [("collect", *files)], ("cycle", "2017-Q4", "--as-of", "2017-09-30"))
    else:
        print(f"Maven skipped: no {MAVEN.name} beside the checkout.")


if __name__ == "__main__":
    main()
