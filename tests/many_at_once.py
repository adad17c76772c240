"""Runs things at once in threads, each with a connection of its own to the store."""

from threading import Barrier, Thread

from django.db import connections


def run_at_once(*acts):
    """All begin together; what any of them raises is raised here."""
    ready, raised = Barrier(len(acts)), []

    def run(act):
        try:
            ready.wait()
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if raised:
        raise raised[0]
