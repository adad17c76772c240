"""Which accounts are one customer: a company in two CRMs is not counted twice.

It is what the newest run of the matcher found, with people's merges laid over it. Before the first
run it is nothing: then each record is a customer of its own.
"""

from counterpoise.actions.examinations import CurrentBuild
from counterpoise.domain.collect.identity_merges import follow
from counterpoise.domain.collect.identity_models import name_customer, read_customer
from counterpoise.store import identity as stored
from counterpoise.store.identity_merges import list_merges
from counterpoise.warehouse.queries.customers import list_shared

IDENTITY = "identity"
"""The folder of the matcher's runs, beside that of the builds."""
Same = tuple[tuple[str, str], ...]
"""Accounts' records, each with the customer that it is a record of; others are alone."""


def read_same_accounts(build: CurrentBuild) -> Same:
    run = stored.find_newest_run()
    if run is None:
        return ()
    ends = follow(each.merge for each in list_merges("account"))
    merged = {read_customer(each)[1] for each in (*ends, *ends.values())}
    folder = build.folder.parent.parent / IDENTITY / run.id / "account"
    named = (
        (record, name_customer("account", entity)) for record, entity in list_shared(folder, merged)
    )
    return tuple((record, ends.get(name, name)) for record, name in named)
