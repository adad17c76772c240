"""A small company whose customers are there twice, collected and matched once for all tests."""

from datetime import UTC, datetime, timedelta

from counterpoise.actions import identity
from counterpoise.actions.collect import collect

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ACCOUNTS = """Account ID,Account Name,Website,City,Country,Last Modified Date
A1,Harbourline Foods LLC,www.harbourline.com,Dubai,UAE,2026-01-01T08:00:00Z
A2,Harbourline Foods,https://harbourline.com/about,Dubai,United Arab Emirates,2026-05-01T08:00:00Z
A3,Cedar Logistics,cedar-logistics.com,Riyadh,Saudi Arabia,2026-01-01T08:00:00Z
A4,Cedar Logistic,,,KSA,2026-02-01T08:00:00Z
A5,Nile Textiles,niletextiles.com,Cairo,Egypt,2026-01-01T08:00:00Z
A6,Falcon Pumps,falconpumps.com,Doha,Qatar,2026-01-01T08:00:00Z
A7,Oasis Labs,oasislabs.com,Amman,Jordan,2026-01-01T08:00:00Z
A8,Amber Bank,amberbank.com,Muscat,Oman,2026-01-01T08:00:00Z
"""
CONTACTS = """Contact ID,Account ID,First Name,Last Name,Email,Phone
C1,A1,Sara,Al-Harbi,sara@harbourline.com,+971 50 123 4567
C2,A2,سارة,الحربي,SARA@harbourline.com,00971501234567
C3,A3,Khalid,Mansour,khalid@cedar-logistics.com,+966 55 765 4321
C4,A5,Dina,Masri,dina@niletextiles.com,
"""
LEADS = """Lead ID,First Name,Last Name,Company,Email,Phone,Country,Created Date
L1,Omar,Nasser,Falcon Pumps,omar@falconpumps.com,+974 5512 3456,Qatar,2026-03-01T08:00:00Z
L2,Omar,Nasser,Falcon Pumps W.L.L.,omar@falconpumps.com,+974 5512 3456,Qatar,2026-03-05T08:00:00Z
L3,Huda,Awad,Blue Door,huda@gmail.com,,Jordan,2026-03-07T08:00:00Z
"""
PEOPLE_LEADS = """Lead ID,First Name,Last Name,Company,Email,Phone,Country,Created Date,Converted Contact ID
L1,Omar,Nasser,Falcon Pumps,omar@falconpumps.com,+974 5512 3456,Qatar,2026-03-01T08:00:00Z,
L2,Omar,Nasser,Falcon Pumps W.L.L.,omar@falconpumps.com,+974 5512 3456,Qatar,2026-03-05T08:00:00Z,
L3,Huda,Awad,Blue Door,huda@gmail.com,,Jordan,2026-03-07T08:00:00Z,
L4,Khalid,Mansour,Cedar Logistics,khalid@cedar-logistics.com,+966557654321,KSA,2026-03-09T08:00:00Z,
L5,Front,Desk,Somewhere,hello@gmail.com,,Jordan,2026-03-09T08:00:00Z,C4
L6,Dina,Masry,Nile Trading,,,Egypt,2026-03-09T08:00:00Z,
L7,Sara,Al-Harbi,Harbourline Foods,sara@harbourline.com,,UAE,2026-03-09T08:00:00Z,C1
"""  # noqa: E501 -- a row is a line
"""L4 is C3 by likeness, L5 became C4 and L7 became C1 as their source says, L6 may be C4."""


PLACED_LEADS = """Lead ID,First Name,Last Name,Company,Email,Phone,Country,Created Date,Converted Account ID,Converted Opportunity ID,Is Converted
L1,Omar,Nasser,Falcon Pumps,omar@falconpumps.com,,Qatar,2026-03-01T08:00:00Z,A3,,true
L2,Rana,Nasser,Some Name,rana@gmail.com,,Qatar,2026-03-05T08:00:00Z,,O1,true
L3,Salem,Awad,Falcon Pumps,salem@falconpumps.com,,Qatar,2026-03-07T08:00:00Z,,,
L4,Hani,Saleh,Oasis Labs,hani@gmail.com,,Jordan,2026-03-09T08:00:00Z,,,
L5,Noura,Shami,,noura@amberbank.com,,,2026-03-09T08:00:00Z,,,
L6,Zaid,Omari,Unheard Of,zaid@gmail.com,,Peru,2026-03-09T08:00:00Z,,,
"""  # noqa: E501 -- a row is a line
"""What of each lead speaks for which account."""
PLACED_ACCOUNTS = (
    ACCOUNTS + "A9,Palm Leasing,amberbank.com,Dubai,United Arab Emirates,2026-01-01T08:00:00Z\n"
)
DEALS = """Opportunity ID,Name,Account ID,Stage,Amount,Created Date
O1,Pumps for Doha,A6,Prospecting,1000,2026-03-05T08:00:00Z
"""


def write_export(folder, *, accounts=ACCOUNTS, contacts=CONTACTS, leads=LEADS):
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("accounts", accounts), ("contacts", contacts), ("leads", leads)):
        (folder / f"{name}.csv").write_text(rows, "utf-8")
    return folder


def match_customers(workspace, folder):
    """One load and one run of the matcher."""
    _match(workspace, write_export(folder))


def match_people(workspace, folder):
    """The same with leads who are contacts too."""
    _match(workspace, write_export(folder, leads=PEOPLE_LEADS))


def match_placed(workspace, folder):
    """Leads with accounts that they belong to."""
    export = write_export(folder, accounts=PLACED_ACCOUNTS, leads=PLACED_LEADS)
    (export / "opportunities.csv").write_text(DEALS, "utf-8")
    _match(workspace, export)


def _match(workspace, export):
    collect(workspace, [export], now=NOW)
    identity.match(workspace, now=NOW)
