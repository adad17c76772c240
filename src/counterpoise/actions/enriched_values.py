"""What was learned of a customer's records, laid over what their CRMs hold."""

from dataclasses import dataclass
from datetime import datetime

from counterpoise.actions import rules
from counterpoise.actions.customers import Customer, get_run
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.collect.enrichment import FIELDS, Claim, read_trust
from counterpoise.domain.collect.enrichment_laid import Laid, cover, lay_over
from counterpoise.domain.collect.identity_survivors import Survivor
from counterpoise.store import enrichment
from counterpoise.warehouse.queries.companies import list_companies


@dataclass(frozen=True, slots=True)
class Enriched:
    """values: the customer's, with learned ones over them. laid: all that was learned."""

    values: tuple[Survivor, ...]
    laid: tuple[Laid, ...]


def enrich_customer(workspace: Workspace, customer: Customer, *, now: datetime) -> Enriched:
    """The same values where nothing was learned. Raises MissingRule and InvalidRule."""
    claims: dict[str, list[Claim]] = {}
    records = [each.record for each in customer.records]
    held = enrichment.list_held(records) if customer.kind == "account" and records else ()
    for each in held:
        claims.setdefault(each.entity, []).append(each.claim)
    if not claims:
        return Enriched(customer.survivors, ())
    trust = read_trust(rules.load_rulebook(), now.date())
    build = workspace.build_folder(get_run(customer.kind).build)
    own = {each.entity: each.fields for each in list_companies(build, FIELDS, only=claims)}
    laid = tuple(
        each
        for record in records
        if record in claims and record in own
        for each in lay_over(record, own[record], claims[record], trust, now)
    )
    return Enriched(cover(customer.survivors, laid, trust), laid)
