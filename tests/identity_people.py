"""Invented people who are in the data once, twice and three times, each time written otherwise."""

import random

_GIVEN = """Lina Omar Sara Khalid Noura Fahad Huda Samir Rania Yusuf Maya Bilal Dina Marwan Layla
Adnan Amina Tariq Salma Walid Jana Karim Hala Nabil Reem Ziad Mona Rashid Dalia Hassan"""
GIVEN = _GIVEN.split()
_FAMILY = """Harbi Mansour Khoury Haddad Nasser Otaibi Saleh Farouk Barakat Shami Awad Sabbagh
Qasim Darwish Halabi Masri Tamimi Rahman Najjar Zayed Bishara Hamdan Jaber Kanaan"""
FAMILY = _FAMILY.split()
COMPANIES = """Harbourline Foods|Cedar Logistics|Nile Textiles|Falcon Pumps|Oasis Labs|Delta Paper
Petra Stone|Amber Bank|Coral Travel|Sahara Solar|Orchid Care|Summit Steel""".replace("\n", "|")


def make_people(count, seed=7):
    """Rows of contacts and, by record, who it is. About two in five people are there again."""
    chance = random.Random(seed)
    companies = [each.strip() for each in COMPANIES.split("|")]
    rows, truth = [], {}
    for person in range(count):
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        company = chance.choice(companies)
        domain = company.lower().replace(" ", "") + ".com"
        row = {
            "name": f"{given} {family}",
            "email": f"{given}.{family}{person}@{domain}".lower(),
            "phone": f"+9715{chance.randrange(10**7, 10**8)}",
            "company": company,
            "domain": domain,
            "country": "United Arab Emirates",
        }
        for copy in range(chance.choice((1, 1, 1, 2, 3))):
            record = f"crm|{person:04}-{copy}"
            rows.append({"record": record, **_write_again(row, copy, chance)})
            truth[record] = person
    return rows, truth


def _write_again(row, copy, chance):
    if copy == 0:
        return row
    changed = dict(row)
    changed["name"] = chance.choice(
        (row["name"].upper(), f"Al-{row['name']}", f"Dr. {row['name']}")
    )
    lost = chance.choice(("email", "phone", "country", "none"))
    if lost != "none":
        changed[lost] = None
    changed["company"] = chance.choice((row["company"], f"{row['company']} LLC"))
    return changed
