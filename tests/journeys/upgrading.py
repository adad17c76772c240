"""A process that brings a workspace's store up to date and ends abruptly:
`python -m tests.journeys.upgrading STATEMENT`, with the workspace in the environment.

STATEMENT is the number of the one before which it kills itself; 0 for none.
"""

import os
import signal
import sys

import django


def main():
    django.setup()
    from django.db import connection

    from counterpoise.store.upgrade import upgrade_store

    number, seen = int(sys.argv[1]), []

    def execute(run, *arguments):
        seen.append(arguments[0])
        if len(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return run(*arguments)

    with connection.execute_wrapper(execute):
        upgrade_store()
    print(len(seen), flush=True)


if __name__ == "__main__":
    main()
