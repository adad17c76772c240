"""The sample company's rulebook: what Zaytara has decided, as `rulebook import` reads it."""

from datetime import date

from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.sample_company import CURRENCY, TIME_ZONE
from counterpoise.connectors.sample.simulated import LOST, WON

PROBABILITIES = ("0.10", "0.25", "0.50", "0.75")
CONTRIBUTION = {"Software": "0.72", "Delivery": "0.38", "Support": "0.55"}
HOURS = {
    "Delivery": {"Software": "34", "Delivery": "58", "Support": "6"},
    "Support desk": {"Software": "12", "Delivery": "5", "Support": "26"},
}
"""Of work that one won deal brings to a pool, by the family of its product."""

Rule = tuple[str, str, str, str, str]
"""key, subject, value, unit, source"""


def write_rulebook(company: Company) -> str:
    rules = [*_list_company(), *_list_stages(company), *_list_pools(), *_list_work(company)]
    entries = [_write(rule, company.start) for rule in rules]
    for product in company.products:
        entries += [
            _write(
                ("product.list_price", product.name, f"{change.price:.2f}", f"{CURRENCY} a unit",
                 "price list"),
                change.on,
            )
            for change in product.prices
        ]  # fmt: skip
    return "# What Zaytara, the sample company, has decided.\n" + "".join(entries)


def _list_company() -> list[Rule]:
    return [
        ("company.currency", "", CURRENCY, "ISO 4217", "finance handbook"),
        ("company.time_zone", "", TIME_ZONE, "IANA", "head office"),
    ]


def _list_stages(company: Company) -> list[Rule]:
    rules: list[Rule] = []
    for stage, probability in zip(company.stages, PROBABILITIES, strict=True):
        rules += [
            ("stage.kind", stage.name, "open", "open won lost", "sales process"),
            ("stage.probability", stage.name, probability, "share", "sales process"),
        ]
    return [
        *rules,
        ("stage.kind", WON, "won", "open won lost", "sales process"),
        ("stage.kind", LOST, "lost", "open won lost", "sales process"),
    ]


def _list_pools() -> list[Rule]:
    money = f"{CURRENCY} a person and month"
    hour = f"{CURRENCY} an hour"
    hr, finance = "staff plan", "cost accounting"
    return [
        ("pool.wage", "sellers", "16500", money, finance),
        ("pool.wage", "Delivery", "13500", money, finance),
        ("pool.wage", "Support desk", "8200", money, finance),
        ("pool.hire_cost", "sellers", "42000", f"{CURRENCY} a person", finance),
        ("pool.hire_cost", "Delivery", "26000", f"{CURRENCY} a person", finance),
        ("pool.hire_cost", "Support desk", "12500", f"{CURRENCY} a person", finance),
        ("pool.ramp", "sellers", "0.1 0.3 0.5 0.7 0.85", "share of a ramped person", hr),
        ("pool.ramp", "Delivery", "0.3 0.6 0.9", "share of a ramped person", hr),
        ("pool.ramp", "Support desk", "0.4 0.8", "share of a ramped person", hr),
        ("pool.attrition_rate", "sellers", "0.015", "share of the people in a month", hr),
        ("pool.attrition_rate", "Delivery", "0.012", "share of the people in a month", hr),
        ("pool.attrition_rate", "Support desk", "0.02", "share of the people in a month", hr),
        ("pool.hiring_lead_months", "sellers", "3", "months", hr),
        ("pool.hiring_lead_months", "Delivery", "2", "months", hr),
        ("pool.hiring_lead_months", "Support desk", "1", "months", hr),
        ("pool.overtime_limit", "", "0.10", "share of the pool's own work", "labour policy"),
        ("pool.contractor_limit", "Delivery", "360", "hours a month", "partner agreement"),
        ("pool.contractor_cost", "Delivery", "245", hour, "partner agreement"),
        ("plan.late_cost", "", "0.03", "share of the price a month", "customer contracts"),
        ("plan.backlog_limit", "", "0.40", "share of a month's demand", "customer contracts"),
    ]


def _list_work(company: Company) -> list[Rule]:
    rules: list[Rule] = []
    for product in company.products:
        family = product.family
        rules.append(
            ("plan.contribution_rate", product.name, CONTRIBUTION[family], "share", "finance")
        )
        rules += [
            ("work.units", f"{product.name} / {pool}", hours[family], "hours a deal", "time sheets")
            for pool, hours in HOURS.items()
        ]
    usual = [
        ("work.units", pool, hours["Software"], "hours a deal of any other product", "time sheets")
        for pool, hours in HOURS.items()
    ]
    return [
        *rules,
        *usual,
        ("work.lag_months", "Delivery", "1", "months after the win", "time sheets"),
        ("work.lag_months", "Support desk", "2", "months after the win", "time sheets"),
    ]


def _write(rule: Rule, on: date) -> str:
    key, subject, value, unit, source = rule
    lines = [f'key = "{key}"', f'subject = "{subject}"', f'value = "{value}"', f'unit = "{unit}"']
    return "\n".join(("\n[[rule]]", *lines, f"effective_from = {on}", f'source = "{source}"\n'))
