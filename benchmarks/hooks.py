"""Signed deliveries to a hook: 200 a second, none lost, none twice, and over the limit 429.

    .venv/bin/python benchmarks/hooks.py [SECONDS]

Ten senders on this machine begin on a fixed schedule whatever the server does, and a delivery's
time counts from when it should have begun. Every tenth is sent twice. Then one hook that takes 100
a minute is sent 300 at once. What was accepted is compared with what is in the store.
"""

import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

RATE = 200
SENDERS = 10
P95_LIMIT_MS = 250
FEW = 100
TOGETHER = 300


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_hooks(workspace: Path) -> dict[str, str]:
    """A hook for the storm and one that takes few, by name their secrets."""
    os.environ["COUNTERPOISE_WORKSPACE"] = str(workspace)
    os.environ["DJANGO_SETTINGS_MODULE"] = "counterpoise.web.settings"
    import django

    django.setup()
    from counterpoise.actions import hooks
    from counterpoise.domain.collect.signatures import Agreement

    now = datetime.now(UTC)
    limits = {"storm": 60_000, "few": FEW}
    return {
        name: hooks.make(
            hooks.Wish(name, Agreement("standard"), requests_a_minute=limit), by=None, now=now
        )[1]
        for name, limit in limits.items()
    }


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server did not start")


class Sender:
    """Keeps a connection, and sends again over a new one where it broke."""

    def __init__(self, port: int, name: str, secret: str) -> None:
        self.port, self.name, self.secret = port, name, secret
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, number: int) -> int:
        from counterpoise.domain.collect.signatures import sign

        body = json.dumps({"id": str(number), "email": f"{number}@client.example"}).encode()
        headers = sign(self.secret, f"msg_{number}", datetime.now(UTC), body)
        for _ in range(2):
            try:
                self.connection.request("POST", f"/hooks/{self.name}", body, headers)
                answer = self.connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                self.connection.close()
            else:
                return answer.status
        return 0


@dataclass
class Storm:
    """times: in ms. answers: by status. accepted: the numbers that were. spent: by the senders."""

    times: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    accepted: set[int] = field(default_factory=set)
    spent: float = 0.0


def storm(port: int, secret: str, seconds: float) -> Storm:
    total = int(RATE * seconds)
    sent = Storm()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    guard = threading.Lock()
    begin = time.perf_counter() + 0.5

    def work(first: int) -> None:
        sender = Sender(port, "storm", secret)
        for number in range(first, total, SENDERS):
            due = begin + number / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            for _ in range(2 if number % 10 == 0 else 1):
                status = sender.send(number)
                with guard:
                    sent.times.append((time.perf_counter() - due) * 1000)
                    sent.answers[status] += 1
                    if status == 200:
                        sent.accepted.add(number)

    threads = [threading.Thread(target=work, args=[first]) for first in range(SENDERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    sent.spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    return sent


def exceed(port: int, secret: str) -> Counter[int]:
    """Begun with the minute, so that all of it falls into one."""
    time.sleep(60 - time.time() % 60 + 0.2)
    sender = Sender(port, "few", secret)
    return Counter(sender.send(number) for number in range(TOGETHER))


def count_kept() -> tuple[int, int]:
    """Deliveries of the storm in the store, and how many of them are different."""
    from counterpoise.store.models import Delivery

    known = list(Delivery.objects.filter(hook__name="storm").values_list("known_as", flat=True))
    return len(known), len(set(known))


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        subprocess.run(
            [sys.executable, "-m", "counterpoise.cli", "init", "--workspace", workspace],
            check=True,
            capture_output=True,
        )
        secrets = open_hooks(workspace)
        port = find_port()
        command = [sys.executable, "-m", "counterpoise.web.server", "127.0.0.1", str(port), "2"]
        server = subprocess.Popen([*command, "--no-worker"], stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            Sender(port, "storm", "whsec_" + "QUJD" * 8).send(0)  # the first answer loads the code
            sent = storm(port, secrets["storm"], seconds)
            over = exceed(port, secrets["few"])
        finally:
            server.terminate()
            server.wait()
        kept, different = count_kept()
    return report(seconds, sent, (kept, different), over)


def report(seconds: float, sent: Storm, kept: tuple[int, int], over: Counter[int]) -> int:
    p50, p95, p99 = (quantiles(sent.times, n=100)[place] for place in (49, 94, 98))
    lost, doubled = len(sent.accepted) - kept[1], kept[0] - kept[1]
    failed = sum(count for status, count in sent.answers.items() if status != 200)
    print(
        f"{RATE} deliveries a second for {seconds:g} s, every tenth twice: {len(sent.times)} sent"
    )
    print(f"  p50 {p50:.0f} ms, p95 {p95:.0f} ms (limit {P95_LIMIT_MS}), p99 {p99:.0f} ms")
    print(f"  answers {dict(sent.answers)}; lost {lost}, doubled {doubled}, not accepted {failed}")
    print(f"  the senders took {sent.spent:.1f} CPU-s of the two cores")
    print(f"{TOGETHER} at once where {FEW} a minute are taken: {dict(over)}")
    is_kept = p95 < P95_LIMIT_MS and not lost and not doubled and not failed
    is_limited = set(over) <= {200, 429} and over[200] == FEW
    print(f"  {'reached' if is_kept and is_limited else 'MISSED'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
