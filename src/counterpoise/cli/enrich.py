"""Enrichment on the command line: providers, a run, and what waits for a person."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, cast

from cyclopts import Parameter

from counterpoise.actions import enrichment, providers, workspaces
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.collect.enrichment import Authority
from counterpoise.store import enrichment as stored
from counterpoise.store.enrichment import ProviderFacts


class NoAmount(ValueError):
    """A cost that is no number."""


class NoProvider(ValueError):
    """A run or an addition without a provider's name."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class NewProvider:
    """What `add` is told of a provider."""

    kind: str = "page"
    """file, table, api or page."""

    authority: str = "crawl"
    """How much it counts: billing, customer, vendor, crawl or guess."""

    cost: str = "0"
    """Of asking about one company, in the company's currency."""

    age_days: int = 0
    """After how many days a company is asked about again; 0: the shortest age limit of a field."""

    secret: Annotated[str, Parameter(env_var="COUNTERPOISE_PROVIDER_SECRET")] = ""
    """Password or key; better given as $COUNTERPOISE_PROVIDER_SECRET."""


NEW = NewProvider()


def enrich(
    what: Literal["list", "add", "run", "conflicts"] = "list",
    name: str = "",
    /,
    *settings: str,
    limit: int = 1000,
    new: NewProvider = NEW,
    common: Common = DEFAULTS,
) -> None:
    """Ask others about companies.

    Parameters
    ----------
    what
        list the providers, add one, run one, or show the conflicts that wait for a person.
    name
        Of the provider.
    settings
        NAME=VALUE each, such as file=vendor.csv key=Web by=domain fields="employees=Staff".
    limit
        Companies that one run asks about at most.
    """
    workspace = workspaces.open_workspace(common.workspace)
    if what in ("add", "run") and not name:
        raise NoProvider(f"Which provider? Write: counterpoise enrich {what} NAME.")
    if what == "add":
        authority, cost = cast("Authority", new.authority), _read_cost(new.cost)
        facts = ProviderFacts(name, new.kind, authority, _read(settings), cost, new.age_days)
        providers.add_provider(facts, new.secret, now=now())
        say(f"{name} is there. Next: counterpoise enrich run {name}")
    elif what == "run":
        with working("Asking"):
            done = enrichment.enrich(workspace, name, limit=limit, now=now())
        _show_run(done, common)
    elif what == "conflicts":
        _show_conflicts(common)
    else:
        _show_providers(common)


def _show_run(done: enrichment.Enriched, common: Common) -> None:
    counts = {"asked": done.asked, "known": done.known, **done.verdicts}
    if common.json:
        print_json({**counts, "conflicts": done.conflicts, "stopped": str(done.stopped or "")})
        return
    print_table("Enriched", ("what", "how many"), list(counts.items()))
    if done.conflicts:
        say(f"{done.conflicts} conflicts wait for a person: counterpoise enrich conflicts")
    if done.stopped:
        say(f"It stopped early: {done.stopped}")


def _show_conflicts(common: Common) -> None:
    found = stored.list_conflicts()
    if common.json:
        print_json({"conflicts": found})
        return
    rows = [
        (each.id, each.name, each.holds.field, each.holds.value, each.rival.value, str(each.why))
        for each in found
    ]
    columns = ("id", "company", "field", "holds", "rival", "why")
    print_table(f"Conflicts: {len(found)}", columns, rows)


def _show_providers(common: Common) -> None:
    found = stored.list_providers()
    if common.json:
        print_json({"providers": found, "spend": stored.list_spend()})
        return
    rows = [(each.name, each.kind, each.authority, each.cost) for each in found]
    print_table("Providers", ("name", "kind", "authority", "cost"), rows)
    spent = [(each.provider, each.month, each.spent, each.calls) for each in stored.list_spend()]
    print_table("Spent", ("provider", "month", "spent", "calls"), spent)


def _read(settings: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.partition("=") for each in settings]
    return {name: value for name, _, value in pairs}


def _read_cost(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation:
        raise NoAmount(f"{written} is no amount. Write one such as 0.05.") from None
