"""Makes the SQLite database of a small company in Tryton, which tests copy and start from.

Run by the Python of build/tryton, never by ours: Tryton is asked over HTTP and not imported.

    build/tryton/bin/python tests/tryton_company.py build/tryton/company
"""

import datetime as dt
import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

PASSWORD = "a password of the tests"
MODULES = ("sale_opportunity", "sale_history")
COMPANY = "شركة النيل للبرمجيات"
EMPLOYEES = ("منى حسن", "Omar Farouk", "ليلى عبد الله", "Karim Nassar")
CUSTOMERS = (
    ("شركة المدار للاتصالات", "القاهرة", "EG", "info@almadar.example", "+20 2 2735 1000"),
    ("مجموعة الخليج التجارية", "دبي", "AE", "sales@gulftrade.example", "+971 4 330 2000"),
    ("Delta Foods S.A.E.", "Alexandria", "EG", "office@deltafoods.example", "+20 3 486 1000"),
    ("مؤسسة الرياض الطبية", "الرياض", "SA", "care@riyadhmed.example", "+966 11 460 3000"),
    ("Atlas Logistics GmbH", "Hamburg", "DE", "kontakt@atlas.example", "+49 40 3070 4000"),
    ("دار الفكر للنشر", "عمّان", "JO", "press@daralfikr.example", "+962 6 461 5000"),
    ("Cèdre & Fils", "Beirut", "LB", "bonjour@cedre.example", "+961 1 340 600"),
    ("بنك الوادي", "القاهرة", "EG", "corporate@wadibank.example", "+20 2 2390 7000"),
)
PRODUCTS = (
    ("رخصة سنوية", "LIC-1", "1200.50"),
    ("Support", "SUP-1", "300"),
    ("تدريب", "TRN-1", "75.25"),
)
COUNTRIES = (
    ("EG", "Egypt"),
    ("AE", "United Arab Emirates"),
    ("SA", "Saudi Arabia"),
    ("DE", "Germany"),
    ("JO", "Jordan"),
    ("LB", "Lebanon"),
)
OPPORTUNITIES = 24
BEGAN = dt.datetime(2026, 1, 4, 9, 0, 0, 250_000)  # noqa: DTZ001 -- Tryton keeps UTC without saying so

_TABLES = """
    SELECT m.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
    WHERE m.type = 'table' AND c.name = 'write_date'
    AND substr(m.name, 1, 3) <> 'ir_' AND substr(m.name, 1, 4) <> 'res_'
"""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    made, ready = folder / "making.sqlite", folder / "company.sqlite"
    ready.unlink(missing_ok=True)
    made.unlink(missing_ok=True)
    made.touch()
    configuration = folder / "making.conf"
    configuration.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n", "utf-8")
    _init(folder, configuration)
    _fill(configuration)
    _date(made, ready)
    for each in folder.glob("making.*"):
        each.unlink()


def _init(folder: Path, configuration: Path) -> None:
    """Tables and modules; most of the time goes here."""
    secret = folder / "password"
    secret.write_text(PASSWORD, "utf-8")
    subprocess.run(
        [
            Path(sys.executable).parent / "trytond-admin",
            *("-c", configuration, "-d", "making", "--email", "admin@nile.example"),
            *("-u", *MODULES, "--activate-dependencies"),
        ],
        check=True,
        env={**os.environ, "TRYTONPASSFILE": str(secret)},
    )
    secret.unlink()


def _fill(configuration: Path) -> None:
    from proteus import Model, config

    config.set_trytond("making", config_file=str(configuration))
    company = _make_company(Model)
    employees = _make_employees(Model, company)
    _let_in(Model, company, employees)
    config.get_config().set_context(Model.get("res.user").get_preferences(True, {}))
    parties = _make_parties(Model)
    products = _make_products(Model)
    _make_opportunities(Model, (company, employees, parties, products))


def _make_company(model):
    currency = model.get("currency.currency")
    pound = currency(name="Egyptian Pound", symbol="E£", code="EGP", numeric_code="818")
    pound.rounding, pound.digits = Decimal("0.01"), 2
    pound.rates.new(date=dt.date(2026, 1, 1), rate=Decimal(1))
    pound.save()
    for code, name in COUNTRIES:
        model.get("country.country")(code=code, name=name).save()
    party = model.get("party.party")(name=COMPANY)
    party.save()
    company = model.get("company.company")(party=party, currency=pound)
    company.save()
    return company


def _make_employees(model, company):
    made = []
    for name in EMPLOYEES:
        party = model.get("party.party")(name=name)
        party.contact_mechanisms.new(type="email", value=f"rep{len(made) + 1}@nile.example")
        party.save()
        employee = model.get("company.employee")(party=party, company=company)
        employee.start_date = dt.date(2024, 1, 1)
        employee.supervisor = made[0] if made else None
        employee.save()
        made.append(employee)
    return made


def _let_in(model, company, employees):
    """Three people: the administrator, a seller, and one who may not see what deals are worth."""
    user, group = model.get("res.user"), model.get("res.group")
    (admin,) = user.find([("login", "=", "admin")])
    admin.companies.append(company)
    admin.company = company
    admin.employees.append(employees[0])
    admin.employee = employees[0]
    admin.save()
    sellers = group.find([("name", "in", ["Sales", "Sale Opportunity"])])
    hidden = group(name="Without amounts")
    hidden.save()
    for each in ("sale.opportunity", "sale.opportunity.line"):
        model.get("ir.model.access")(
            model=each, group=hidden, perm_read=True, perm_write=False, perm_create=False
        ).save()
    access = model.get("ir.model.field.access")
    for allowed, who in ((False, None), (True, sellers[0]), (False, hidden)):
        access(
            model="sale.opportunity",
            field="amount",
            group=who,
            perm_read=allowed,
            perm_write=allowed,
            perm_create=allowed,
            perm_delete=allowed,
        ).save()
    for login, groups in (("seller", sellers), ("reader", [hidden])):
        person = user(name=login, login=login, password=PASSWORD)
        for each in groups:
            person.groups.append(each)
        person.companies.append(model.get("company.company")(company.id))
        person.company = model.get("company.company")(company.id)
        person.save()


def _make_parties(model):
    countries = {each.code: each for each in model.get("country.country").find([])}
    made = []
    for name, city, country, email, phone in CUSTOMERS:
        party = model.get("party.party")(name=name)
        (address,) = party.addresses
        address.city, address.country = city, countries[country]
        party.contact_mechanisms.new(type="email", value=email)
        party.contact_mechanisms.new(type="phone", value=phone)
        party.contact_mechanisms.new(type="website", value="https://" + email.partition("@")[2])
        party.save()
        made.append(party)
    return made


def _make_products(model):
    (unit,) = model.get("product.uom").find([("name", "=", "Unit")])
    made = []
    for name, code, price in PRODUCTS:
        template = model.get("product.template")(name=name, default_uom=unit, type="service")
        template.salable, template.sale_uom = True, unit
        template.list_price = Decimal(price)
        (product,) = template.products
        product.suffix_code = code
        template.save()
        made.append(template.products[0])
    return made


def _make_opportunities(model, held):
    company, employees, parties, products = held
    draw = random.Random(2026)
    opportunity = model.get("sale.opportunity")
    for number in range(OPPORTUNITIES):
        party = parties[number % len(parties)]
        began = BEGAN.date() + dt.timedelta(days=6 * number)
        deal = opportunity(party=party, address=party.addresses[0], company=company)
        deal.employee = employees[number % len(employees)]
        deal.description = f"{party.name} {number + 1}"
        deal.start_date, deal.end_date = began, began + dt.timedelta(days=60)
        deal.amount = Decimal(draw.randrange(500_000, 9_000_000)) / 100
        deal.conversion_probability = 0.25
        line = deal.lines.new(product=products[number % len(products)], quantity=1 + number % 5)
        line.unit = products[0].default_uom
        deal.save()
        if number % 4:
            deal.click("opportunity")
            deal.conversion_probability, deal.amount = 0.5, deal.amount + Decimal("100.25")
            deal.save()
        if number % 4 == 3:
            deal.lost_reason = "السعر أعلى من ميزانية العميل"
            deal.save()
            deal.click("lost")


def _date(made: Path, ready: Path) -> None:
    """Everything happened within the same minute; here it becomes the work of nine months.

    `ready` comes last and whole: one file, without a log beside it.
    """
    with closing(sqlite3.connect(made)) as store:
        for (table,) in store.execute(_TABLES).fetchall():
            store.execute(
                f'UPDATE "{table}" SET create_date = ?, write_date = NULL', [_write(BEGAN)]
            )
        for row in store.execute("SELECT id FROM sale_opportunity ORDER BY id").fetchall():
            _date_history(store, row[0])
        store.commit()
        store.execute("VACUUM INTO ?", [str(ready)])


def _date_history(store: sqlite3.Connection, deal: int) -> None:
    began = BEGAN + dt.timedelta(days=6 * (deal - 1))
    history = store.execute(
        "SELECT __id FROM sale_opportunity__history WHERE id = ? ORDER BY __id", [deal]
    ).fetchall()
    for place, (version,) in enumerate(history):
        moment = None if place == 0 else _write(began + dt.timedelta(days=9 * place))
        store.execute(
            "UPDATE sale_opportunity__history SET create_date = ?, write_date = ? WHERE __id = ?",
            [_write(began), moment, version],
        )
    store.execute(
        "UPDATE sale_opportunity SET create_date = ?, write_date = ? WHERE id = ?",
        [_write(began), moment, deal],
    )


def _write(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
