"""What a file's columns mean, proposed from names, values and keys that join, with nothing said."""

import csv

import pytest

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.collect.proposal import propose_mapping
from counterpoise.domain.tables.dictionary import CRMS, get_tables
from counterpoise.domain.tables.profile import ColumnProfile, FileProfile


def profile(name, header, *rows):
    columns = []
    for place, column in enumerate(header):
        filled = [row[place] for row in rows if row[place] != ""]
        columns.append(ColumnProfile(column, len(filled), len(set(filled)), tuple(filled[:500])))
    return FileProfile(name, len(rows), tuple(columns))


def profile_file(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = (row for row in csv.reader(file) if row)
    return profile(path.name, header, *rows)


def propose(*profiles):
    return {
        file.file: {each.attribute: each.column for each in file.columns}
        for file in propose_mapping(profiles).files
    }


def tables(*profiles):
    return {file.file: file.table for file in propose_mapping(profiles).files}


def notes(*profiles):
    return [str(note) for file in propose_mapping(profiles).files for note in file.notes]


def test_maven_is_read_with_nothing_said(shared_data):
    files = sorted((shared_data / "crm_maven").glob("*.csv"))
    profiles = [profile_file(path) for path in files]
    assert propose(*profiles) == {
        "sales_pipeline.csv": {
            "source_id": "opportunity_id",
            "owner_id": "sales_agent",
            "product_id": "product",
            "account_id": "account",
            "stage": "deal_stage",
            "created_at": "engage_date",
            "closed_at": "close_date",
            "amount": "close_value",
        },
        "accounts.csv": {
            "source_id": "account",
            "name": "account",
            "industry": "sector",
            "founded_year": "year_established",
            "annual_revenue": "revenue",
            "employees": "employees",
            "country": "office_location",
            "parent_id": "subsidiary_of",
        },
        "products.csv": {
            "source_id": "product",
            "name": "product",
            "family": "series",
            "list_price": "sales_price",
        },
        "sales_teams.csv": {
            "source_id": "sales_agent",
            "name": "sales_agent",
            "manager": "manager",
            "team_id": "manager",
            "region": "regional_office",
        },
        "data_dictionary.csv": {},
    }
    mapping = propose_mapping(profiles)
    assert {file.source for file in mapping.files} == {"files"}
    assert {file.file: file.table for file in mapping.files} == {
        "sales_pipeline.csv": "opportunity",
        "accounts.csv": "account",
        "products.csv": "product",
        "sales_teams.csv": "rep",
        "data_dictionary.csv": "",
    }
    said = notes(*profiles)
    assert any("whether it is in thousands or millions" in note for note in said)
    assert any(note.startswith("data_dictionary.csv holds no canonical table") for note in said)
    assert mapping == propose_mapping(profiles)


def test_adventureworks_quotas_and_sellers(shared_data):
    files = sorted((shared_data / "crm_adventureworks").glob("*.csv"))
    profiles = [profile_file(path) for path in files]
    assert tables(*profiles) == {
        "quota_history.csv": "target",
        "sales_person.csv": "rep",
        "store.csv": "account",
        "store_customer.csv": "",
        "territory.csv": "territory",
        "territory_history.csv": "",
    }
    assert propose(*profiles)["quota_history.csv"] == {
        "source_id": "id",
        "rep_id": "BusinessEntityID",
        "period_start": "QuotaDate",
        "amount": "SalesQuota",
    }
    assert propose(*profiles)["store.csv"]["owner_id"] == "SalesPersonID"
    assert propose(*profiles)["sales_person.csv"]["name"] == "BusinessEntityID"


def test_salesforce_as_a_replica_writes_it(shared_data):
    files = sorted((shared_data / "crm_schema_fivetran" / "salesforce").glob("*.csv"))
    mapping = propose_mapping([profile_file(path) for path in files])
    held = {file.file: (file.table, file.source) for file in mapping.files if file.table}
    assert held == {
        "sf_account_data.csv": ("account", "salesforce"),
        "sf_contact_data.csv": ("contact", "salesforce"),
        "sf_event_data.csv": ("activity", "salesforce"),
        "sf_lead_data.csv": ("lead", "salesforce"),
        "sf_opportunity_data.csv": ("opportunity", "salesforce"),
        "sf_opportunity_line_item_data.csv": ("opportunity_line", "salesforce"),
        "sf_product_2_data.csv": ("product", "salesforce"),
        "sf_task_data.csv": ("activity", "salesforce"),
        "sf_user_data.csv": ("rep", "salesforce"),
        "sf_user_role_data.csv": ("team", "salesforce"),
    }


def test_hubspot_as_a_replica_writes_it(shared_data):
    files = sorted((shared_data / "crm_schema_fivetran" / "hubspot").glob("*.csv"))
    mapping = propose_mapping([profile_file(path) for path in files])
    held = {file.file: file.table for file in mapping.files if file.table}
    assert held == {
        "company_data.csv": "account",
        "contact_data.csv": "contact",
        "deal_data.csv": "opportunity",
        "deal_property_history_data.csv": "opportunity_change",
        "engagement_call_data.csv": "activity",
        "engagement_communication_data.csv": "activity",
        "engagement_email_data.csv": "activity",
        "engagement_note_data.csv": "activity",
        "engagement_task_data.csv": "activity",
        "owner_data.csv": "rep",
        "team_data.csv": "team",
        "ticket_data.csv": "ticket",
        "users_data.csv": "rep",
    }


SALESFORCE_REPORT = profile(
    "report1699.csv",
    ["Opportunity ID", "Opportunity Name", "Stage", "Amount", "Close Date", "Account Name",
     "Opportunity Owner", "Probability (%)"],
    ["006A", "Big", "Prospecting", "10.50", "2026-01-02", "Acme", "Ana", "10"],
    ["006B", "Small", "Closed Won", "7.25", "2026-02-03", "Beta", "Ana", "100"],
)  # fmt: skip
HUBSPOT_EXPORT = profile(
    "hubspot-crm-exports-all-deals.csv",
    ["Record ID", "Deal Name", "Deal Stage", "Close Date", "Deal owner", "Amount", "Create Date",
     "Associated Company IDs (Primary)"],
    ["1", "Big", "closedwon", "2026-01-02", "Ana", "10.50", "2025-01-02", "9"],
    ["2", "Small", "contractsent", "2026-02-03", "Ana", "7.25", "2025-02-03", "8"],
)  # fmt: skip
PIPEDRIVE_EXPORT = profile(
    "deals-7-1.csv",
    ["Deal - ID", "Deal - Title", "Deal - Value", "Deal - Currency of Value", "Deal - Stage",
     "Deal - Status", "Deal - Owner", "Deal - Organization", "Person - Name", "Deal - Deal created",
     "Deal - Won time"],
    ["1", "Big", "10.50", "EUR", "Offer", "Won", "Ana", "Acme", "Bo", "2025-01-02", "2026-01-02"],
    ["2", "Small", "7.25", "EUR", "Lead in", "Open", "Ana", "Beta", "Cy", "2025-02-03", ""],
)  # fmt: skip
ODOO_EXPORT = profile(
    "crm.lead.csv",
    ["id", "name", "partner_id", "user_id", "stage_id", "expected_revenue", "probability",
     "create_date", "date_closed", "date_deadline", "company_currency"],
    ["1", "Big", "Acme", "Ana", "Won", "10.50", "100", "2025-01-02", "2026-01-02", "", "EUR"],
    ["2", "Small", "Beta", "Ana", "New", "7.25", "10", "2025-02-03", "", "2026-05-01", "EUR"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("export", "source", "expected"),
    [
        pytest.param(
            SALESFORCE_REPORT,
            "salesforce",
            {
                "source_id": "Opportunity ID",
                "name": "Opportunity Name",
                "stage": "Stage",
                "amount": "Amount",
                "expected_close_on": "Close Date",
                "account_id": "Account Name",
                "owner_id": "Opportunity Owner",
                "probability": "Probability (%)",
            },
            id="Salesforce report labels",
        ),
        pytest.param(
            HUBSPOT_EXPORT,
            "hubspot",
            {
                "source_id": "Record ID",
                "name": "Deal Name",
                "stage": "Deal Stage",
                "expected_close_on": "Close Date",
                "owner_id": "Deal owner",
                "amount": "Amount",
                "created_at": "Create Date",
                "account_id": "Associated Company IDs (Primary)",
            },
            id="HubSpot export labels",
        ),
        pytest.param(
            PIPEDRIVE_EXPORT,
            "pipedrive",
            {
                "source_id": "Deal - ID",
                "name": "Deal - Title",
                "amount": "Deal - Value",
                "currency": "Deal - Currency of Value",
                "stage": "Deal - Stage",
                "status": "Deal - Status",
                "owner_id": "Deal - Owner",
                "account_id": "Deal - Organization",
                "contact_id": "Person - Name",
                "created_at": "Deal - Deal created",
                "closed_at": "Deal - Won time",
            },
            id="Pipedrive list view headers",
        ),
        pytest.param(
            ODOO_EXPORT,
            "odoo",
            {
                "source_id": "id",
                "name": "name",
                "account_id": "partner_id",
                "owner_id": "user_id",
                "stage": "stage_id",
                "amount": "expected_revenue",
                "probability": "probability",
                "created_at": "create_date",
                "closed_at": "date_closed",
                "expected_close_on": "date_deadline",
                "currency": "company_currency",
            },
            id="Odoo field names",
        ),
    ],
)
def test_exports_of_the_four_crms(export, source, expected):
    (file,) = propose_mapping([export]).files
    assert (file.table, file.source) == ("opportunity", source)
    assert {each.attribute: each.column for each in file.columns} == expected
    assert min(each.confidence for each in file.columns) >= 0.85


@pytest.mark.parametrize("table", get_tables(), ids=lambda table: table.name)
@pytest.mark.parametrize("crm", CRMS)
def test_every_name_of_a_crm_is_known_again_in_its_table(table, crm):
    for attribute in table.attributes:
        for name in dict(attribute.names).get(crm, ()):
            assert fold(name)
            assert name == name.strip()


def test_arabic_headers():
    export = profile(
        "الصفقات.csv",
        ["رقم الصفقة", "اسم الصفقة", "العميل", "المرحلة", "القيمة", "المندوب", "تاريخ الإنشاء"],
        ["1", "كبيرة", "النور", "ربح", "١٠٫٥", "أحمد", "2026-01-02"],
        ["2", "صغيرة", "الخليج", "عرض", "٧٫٢", "سارة", "2026-02-02"],
    )
    assert propose(export)["الصفقات.csv"] == {
        "source_id": "رقم الصفقة",
        "name": "اسم الصفقة",
        "account_id": "العميل",
        "stage": "المرحلة",
        "amount": "القيمة",
        "owner_id": "المندوب",
        "created_at": "تاريخ الإنشاء",
    }


def test_deals_without_a_known_header_are_known_by_their_values():
    deals = profile(
        "geschaefte.csv",
        ["Opportunity Identifier", "Phase des Verkaufs", "Kundschaft", "Summe", "Beginn"],
        *(
            [f"D{n}", ("Won", "Lost", "Angebot")[n % 3], f"K{n % 4}", f"{n}.50", "2026-01-02"]
            for n in range(1, 10)
        ),
    )
    kunden = profile(
        "kunden.csv", ["account id", "account name"], *([f"K{n}", f"Firma {n}"] for n in range(4))
    )
    by_id = profile(
        "deals.csv",
        ["deal id", *(each.column for each in deals.columns[1:])],
        *([f"D{n}", ("Won", "Lost", "Angebot")[n % 3], f"K{n % 4}", f"{n}.50", "2026-01-02"]
          for n in range(1, 10)),
    )  # fmt: skip
    assert propose(by_id, kunden)["deals.csv"] == {
        "source_id": "deal id",
        "stage": "Phase des Verkaufs",
        "account_id": "Kundschaft",
        "amount": "Summe",
        "created_at": "Beginn",
    }
    (file, _) = propose_mapping([by_id, kunden]).files
    told = {each.attribute: (each.confidence, str(each.why)) for each in file.columns}
    assert told["stage"] == (0.8, "Phase des Verkaufs holds stages such as Won and Lost")
    assert told["account_id"] == (0.85, "values of Kundschaft are keys of kunden.csv")
    assert told["amount"][0] == told["created_at"][0] == 0.4


def test_a_similar_name_is_taken_for_less():
    products = profile(
        "products.csv",
        ["product_identifier", "product_nme", "list_prise"],
        ["1", "A", "5.50"],
        ["2", "B", "6.50"],
    )
    mapped = propose(
        profile(
            "products.csv",
            ["product id", "product nme", "list prise"],
            ["1", "A", "5.50"],
            ["2", "B", "6"],
        )
    )
    assert mapped["products.csv"] == {
        "source_id": "product id",
        "name": "product nme",
        "list_price": "list prise",
    }
    assert tables(products)["products.csv"] in ("", "product")


def test_of_two_columns_for_one_attribute_the_better_stays_and_the_other_is_told():
    leads = profile(
        "leads.csv",
        ["Lead ID", "Email", "Phone", "Mobile Phone", "Created Date"],
        ["1", "a@x.com", "1", "2", "2026-01-02"],
        ["2", "b@x.com", "3", "", "2026-01-03"],
    )
    assert propose(leads)["leads.csv"]["phone"] == "Phone"
    assert notes(leads) == ["Mobile Phone could be phone too; Phone was taken for it"]


def test_a_column_whose_values_contradict_its_name_is_left_out():
    deals = profile(
        "deals.csv",
        ["Deal ID", "Stage", "Amount"],
        ["1", "Won", "JxJ3Au0JjyhOOUE"],
        ["2", "Lost", "A/SkeDD5c3ejUyEF"],
    )
    assert propose(deals)["deals.csv"] == {"source_id": "Deal ID", "stage": "Stage"}
    assert notes(deals) == ["Amount is called as amount is, but its values are no money"]


def test_a_key_must_not_repeat():
    changes = profile(
        "deal_history.csv",
        ["deal_id", "timestamp", "name", "value", "source_id"],
        ["1", "2026-01-02", "dealstage", "won", "u1"],
        ["1", "2026-01-03", "amount", "5", "u1"],
    )
    assert propose(changes)["deal_history.csv"] == {
        "opportunity_id": "deal_id",
        "changed_at": "timestamp",
        "attribute": "name",
        "value_after": "value",
    }


def test_names_serve_as_the_key_where_there_is_none():
    accounts = profile(
        "accounts.csv", ["Company name", "Industry"], ["Acme", "Toys"], ["Beta", "Tools"]
    )
    assert propose(accounts)["accounts.csv"] == {
        "source_id": "Company name",
        "name": "Company name",
        "industry": "Industry",
    }


def test_states_of_whole_records_over_time_are_left_out_with_a_note():
    history = profile(
        "deal_states.csv",
        ["deal_id", "stage", "_fivetran_start", "_fivetran_end"],
        ["1", "Won", "2026-01-02", "2026-02-02"],
    )
    assert tables(history) == {"deal_states.csv": ""}
    assert notes(history) == [
        "deal_states.csv holds whole records over time; only a history of single attributes is read"
    ]


def test_a_file_without_rows_is_known_by_its_header():
    empty = profile("deals.csv", ["Deal ID", "Deal Name", "Deal Stage", "Amount"])
    assert tables(empty) == {"deals.csv": "opportunity"}


def test_no_known_column_is_no_table():
    assert tables(profile("notes.csv", ["foo", "bar"], ["1", "2"])) == {"notes.csv": ""}
    assert tables(profile("empty.csv", [])) == {"empty.csv": ""}


def test_a_column_is_joined_to_the_file_that_holds_its_keys_not_to_another():
    deals = profile(
        "deals.csv",
        ["deal id", "stage", "wer"],
        *([f"D{n}", ("Won", "Lost")[n % 2], f"P{n % 5}"] for n in range(10)),
    )
    ana = profile("reps.csv", ["rep id", "rep name"], *([f"Q{n}", f"Ana {n}"] for n in range(5)))
    bo = profile("users.csv", ["rep id", "rep name"], *([f"P{n}", f"Bo {n}"] for n in range(5)))
    mapping = propose_mapping([deals, ana, bo])
    told = {each.attribute: str(each.why) for each in mapping.files[0].columns}
    assert told["owner_id"] == "values of wer are keys of users.csv"


def test_empty_columns_say_nothing_of_their_type():
    deals = profile(
        "deals.csv", ["deal id", "stage", "x", "y"], ["1", "Won", "", ""], ["2", "Lost", "", ""]
    )
    assert propose(deals)["deals.csv"] == {"source_id": "deal id", "stage": "stage"}


def test_names_that_repeat_are_no_key_so_there_is_no_table():
    accounts = profile(
        "accounts.csv", ["Company name", "Industry"], *([f"Acme {n % 3}", "Toys"] for n in range(9))
    )
    assert tables(accounts) == {"accounts.csv": ""}


def test_words_for_nothing_lead_nowhere():
    reps = profile("reps.csv", ["rep id", "rep name"], *([f"Q{n}", f"Ana {n}"] for n in range(5)))
    deals = profile(
        "deals.csv",
        ["deal id", "stage", "x"],
        *([f"D{n}", ("Won", "Lost")[n % 2], ("null", "n/a", "none")[n % 3]] for n in range(9)),
    )
    assert propose(deals, reps)["deals.csv"] == {"source_id": "deal id", "stage": "stage"}


DEAL_HEADER = ("opportunity_id", "sales_agent", "stage", "amount", "create_date")


@pytest.mark.parametrize(
    ("header", "ids", "table"),
    [
        pytest.param(DEAL_HEADER, ("A", "A", "B", "C"), "opportunity", id="an id comes twice"),
        pytest.param(DEAL_HEADER, ("A", "A", "A", "A"), "", id="one id for all is no key"),
        pytest.param(
            (*DEAL_HEADER[:-1], "mood"), ("A", "A", "B", "C"), "", id="and a column nobody knows"
        ),
    ],
)
def test_a_file_whose_ids_repeat_is_still_known_by_its_names(header, ids, table):
    rows = [(each, "Mona", "Won", "5", "2026-01-05") for each in ids]
    assert tables(profile("extract.csv", header, *rows)) == {"extract.csv": table}


def test_names_that_are_unique_serve_as_keys_and_managers_as_teams():
    sellers = profile(
        "sales_teams.csv",
        ("sales_agent", "manager", "regional_office"),
        ("Mona", "Sami", "Gulf"),
        ("Basil", "Sami", "Levant"),
    )
    accounts = profile(
        "accounts.csv", ("account", "sector", "revenue"), ("Souq", "retail", "12.5"),
        ("Nile", "media", "3"),
    )  # fmt: skip
    held = propose(sellers, accounts)
    assert held["sales_teams.csv"] == {
        "source_id": "sales_agent",
        "name": "sales_agent",
        "manager": "manager",
        "team_id": "manager",
        "region": "regional_office",
    }
    assert (held["accounts.csv"]["source_id"], held["accounts.csv"]["name"]) == ("account",) * 2
    said = notes(sellers, accounts)
    assert any("whether it is in thousands or millions" in note for note in said)


def test_people_without_a_name_are_named_by_what_there_is():
    held = propose(
        profile("users.csv", ("user_id", "email"), ("1", "a@b.example"), ("2", "c@d.example"))
    )
    assert held["users.csv"]["name"] == "email"
    quotas = profile(
        "sales_person.csv", ("SalesPersonID", "TerritoryID"), ("274", "2"), ("275", "4")
    )
    assert propose(quotas)["sales_person.csv"]["name"] == "SalesPersonID"


def test_unique_company_names_serve_as_the_key_of_their_file():
    held = propose(
        profile("companies.csv", ("Company Name", "Country"), ("Souq", "EG"), ("Nile", "EG"))
    )
    assert held["companies.csv"]["source_id"] == held["companies.csv"]["name"] == "Company Name"
