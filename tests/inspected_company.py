"""A real load of a small pipeline with its history: sixty deals that ended, six that are open.

Huda sells in East and Adam in West. Won deals stood ten days as a lead and thirty as an offer, and
somebody called every ten days. Of Huda's open deals one is overdue and silent, one stalls, one is
as it should be; of Adam's one was put off twice, one has no amount, and one slipped out of the
quarter. Huda has a target for the last quarter of 2026, Adam has none.
"""

from datetime import UTC, date, datetime, timedelta

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
PERIOD = "2026-Q4"
AS_OF = date(2026, 9, 30)
DEALS = (
    "Opportunity ID,Opportunity Name,Owner ID,Stage,Status,Amount,Created Date,Closed On,"
    "Expected Close Date,Probability,Next Step\n"
)
STEPS = "Opportunity ID,Field,Old Value,New Value,Edit Date\n"
CALLS = "Activity ID,Type,Occurred At,Opportunity ID,Owner ID\n"
REPS = "Rep ID,Name,Team\nR1,Huda Salem,East\nR2,Adam Noor,West\n"
TARGETS = (
    "Target ID,Rep ID,Period Start,Period End,Target Amount\nT1,R1,2026-10-01,2027-01-01,9000\n"
)


def collect_pipeline(workspace, folder):
    """Land, publish and judge."""
    from counterpoise.actions import kept
    from counterpoise.actions.collect import collect

    folder.mkdir()
    company = _Company()
    company.close_deals()
    company.open_deals()
    for name, lines in {
        "opportunities": [DEALS, *company.deals],
        "opportunity_history": [STEPS, *company.steps],
        "activities": [CALLS, *company.calls],
        "reps": [REPS],
        "targets": [TARGETS],
    }.items():
        (folder / f"{name}.csv").write_text("".join(lines), "utf-8")
    collect(workspace, [folder], now=NOW)
    kept.examine_build(workspace, now=NOW)


class _Company:
    def __init__(self):
        self.deals, self.steps, self.calls = [], [], []

    def close_deals(self):
        for n in range(60):
            created = date(2026, 1, 5) + timedelta(days=3 * n)
            self._add(f"C{n}", created, offered=10, closed=40, is_won=n % 3 > 0, due=45)

    def open_deals(self):
        self._add("O1", date(2026, 8, 15), due=30, owner="R1", calls=1, name="Overdue")
        self._add("O2", date(2026, 8, 20), due=80, owner="R1", name="Stalled")
        self._add("O3", date(2026, 9, 24), due=60, owner="R1", name="<b>Sound</b>")
        self._add("O4", date(2026, 9, 22), due=60, owner="R2", name="Put off", put_off=(70, 80))
        self._add("O5", date(2026, 9, 23), due=60, owner="R2", name="Unpriced", amount="")
        self._add("O6", date(2026, 9, 25), due=3, owner="R2", name="Slipped", put_off=(65,))

    def _add(
        self, key, created, *, offered=None, closed=None, is_won=False, due, owner="", **other
    ):
        owner = owner or ("R1" if int(key[1:]) % 2 else "R2")
        ends = created + timedelta(days=closed) if closed else None
        status = "open" if closed is None else "won" if is_won else "lost"
        stage = {"open": "Lead", "won": "Closed Won", "lost": "Closed Lost"}[status]
        self._tell(key, "StageName", "", "Lead", created)
        if offered:
            self._tell(key, "StageName", "Lead", "Offer", created + timedelta(days=offered))
            self._tell(key, "StageName", "Offer", stage, ends)
        amount = other.get("amount", "1000")
        self._tell(key, "Amount", "", amount, created)
        days = [created + timedelta(days=n) for n in (due, *other.get("put_off", ()))]
        for n, day in enumerate(days):
            before = days[n - 1] if n else ""
            self._tell(key, "CloseDate", before, day, created + timedelta(days=n))
        until = ends or AS_OF
        last = min((until - created).days, 10 * other.get("calls", 99))
        for n, day in enumerate(range(0, last + 1, 10)):
            at = created + timedelta(days=day)
            self.calls.append(f"{key}-{n},call,{at},{key},{owner}\n")
        name = other.get("name", f"Deal {key}")
        self.deals.append(
            f"{key},{name},{owner},{stage},{status},{amount},{created},{ends or ''},{days[-1]},"
            f"{'' if closed else '25%'},{'' if closed else 'Call them'}\n"
        )

    def _tell(self, key, field, before, after, day):
        self.steps.append(f"{key},{field},{before},{after},{day}\n")
