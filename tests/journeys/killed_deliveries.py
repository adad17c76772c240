"""Delivers to the small CRM and dies where it is told to:
`python -m tests.journeys.killed_deliveries URL [--keys]`, with the workspace in the environment.

Each line on standard input is a round: `STAGE NTH SECONDS`. A child is forked that delivers what is
due, so many seconds after noon, until nothing is; the NTH time that it comes past the stage it is
killed. Answers "killed" or "done".
"""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).parents[1]))


def main():
    url, *options = sys.argv[1:]
    django.setup()
    import crm
    import delivering
    from counterpoise.store import outbox_claims

    assert outbox_claims
    print("ready", flush=True)
    for line in sys.stdin:
        stage, nth, seconds = line.split()
        child = os.fork()
        if child == 0:
            box = delivering.Outbox()
            box.clock.now += timedelta(seconds=float(seconds))
            killer = Killer(stage.replace("_", " "), int(nth))
            writer = crm.CrmWriter(url, knows_keys="--keys" in options, say=killer.pass_by)
            options = {"worker": f"worker-{seconds}", "limit": 5, "tell": killer.pass_by}
            while box.deliver(writer, **options):
                pass
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else f"done {status}", flush=True)


class Killer:
    def __init__(self, stage, nth):
        self.stage, self.left = stage, nth

    def pass_by(self, stage):
        self.left -= stage == self.stage
        if stage == self.stage and self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
