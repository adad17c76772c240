"""Refreshing a company's deals from Salesforce, through our stand-in for it, in another process.

    .venv/bin/python benchmarks/salesforce.py [DEALS]

Read through the port alone, then refreshed as a person would: all deals at first, and again after
every one of them got another amount, each at a moment of its own and with a row of history. A
quarter of the deals is refreshed the same way, in a process of its own: memory that follows the
number of deals shows there.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LEAST_ROWS_A_SECOND = 5_000
MOST_MORE_MEMORY = 1.5
"""Of four times as many deals: memory that is flat but for noise."""
HERE = Path(__file__).parent
_SERVER = """
import sys
from datetime import timedelta
from salesforce_server import SalesforceServer
with SalesforceServer() as server:
    rep = server.add("User", Name="ليلى حداد", UserType="Standard", IsActive=True)
    account = server.add("Account", Name="شركة النور", OwnerId=rep)
    held = {"OwnerId": rep, "AccountId": account, "StageName": "Prospecting"}
    held |= {"CloseDate": "2026-03-31", "CurrencyIsoCode": "SAR"}
    deals = [
        server.add("Opportunity", Name=f"صفقة {n}", Amount=1000 + n, **held)
        for n in range(int(sys.argv[1]))
    ]
    server.wait(days=1)
    print("=", server.url, server.now.isoformat(), flush=True)
    sys.stdin.readline()
    for n, deal in enumerate(deals):
        moment = server.now + timedelta(milliseconds=30 * n)
        server.change("Opportunity", deal, at=moment, Amount=2000 + n)
    server.wait(hours=1)
    print("=", server.now.isoformat(), flush=True)
    sys.stdin.readline()
"""
_CLIENT = """
import json, os, resource, sys, time
from datetime import datetime
from pathlib import Path
url, first, folder = sys.argv[1:]
os.environ["COUNTERPOISE_REACH"] = "127.0.0.1/32"
from counterpoise.store import connection
connection.start()
from counterpoise.actions.connections import add_connection, open_source
from counterpoise.actions.refresh import refresh
from counterpoise.actions.workspaces import init_workspace
from counterpoise.store.connections import get_connection
workspace = init_workspace(Path(folder) / "workspace")
now = datetime.fromisoformat(first)
values = {"url": url, "client_id": "app", "client_secret": "secret"}
crm = add_connection("crm", "salesforce", values, now=now)
source = open_source(crm)
deals = next(each for each in source.describe() if each.name == "Opportunity")
began = time.perf_counter()
read = sum(batch.num_rows for batch in source.read(deals, None, now))
port = time.perf_counter() - began
refresh(workspace, crm, now=now)
print("= changed", flush=True)
now = datetime.fromisoformat(sys.stdin.readline().strip())
began, cpu = time.perf_counter(), time.process_time()
done = refresh(workspace, get_connection("crm"), now=now)
wall, cpu = time.perf_counter() - began, time.process_time() - cpu
print("=", json.dumps({
    "read": read, "port": port, "wall": wall, "cpu": cpu,
    "updated": done.tables["opportunity"].updated,
    "changes": done.tables["opportunity_change"].new,
    "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def main(deals: int = 100_000) -> int:
    small, whole = measure(deals // 4), measure(deals)
    assert whole["updated"] == deals, whole
    rows = deals / whole["wall"]
    more = whole["mib"] / small["mib"]
    print(f"{deals:,} deals at our stand-in for Salesforce, every one changed")
    print(f"  read through the port: {whole['read'] / whole['port']:,.0f} a second")
    print(
        f"  refreshed: {rows:,.0f} deals a second ({whole['wall']:.1f} s, {whole['cpu']:.1f} s of"
        f" CPU), with {whole['changes']:,} rows of history; limit {LEAST_ROWS_A_SECOND:,}"
    )
    print(
        f"  peak memory: {whole['mib']:,.0f} MiB, {more:.2f} times that of a quarter of the deals;"
        f" limit {MOST_MORE_MEMORY}"
    )
    return int(rows < LEAST_ROWS_A_SECOND or more > MOST_MORE_MEMORY)


def measure(deals: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        server = _start(_SERVER, str(deals), path=HERE.parent / "tests")
        url, first = _read(server).split()
        client = _start(_CLIENT, url, first, folder)
        assert _read(client) == "changed"
        _write(server)
        _write(client, _read(server))
        measured: dict[str, float] = json.loads(_read(client))
        _write(server)
        assert (client.wait(), server.wait()) == (0, 0)
    return measured


def _start(script: str, *stated: str, path: Path | None = None) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    head = f"import sys; sys.path.insert(0, {str(path)!r})\n" if path else ""
    return subprocess.Popen([sys.executable, "-c", head + script, *stated], **pipes)


def _read(process: subprocess.Popen[str]) -> str:
    """The next line that is meant for us: DuckDB writes its progress there too."""
    assert process.stdout
    while line := process.stdout.readline():
        if line.startswith("= "):
            return line.removeprefix("= ").strip()
    raise RuntimeError(f"a process of the benchmark ended with {process.wait()}")


def _write(process: subprocess.Popen[str], line: str = "") -> None:
    assert process.stdin
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
