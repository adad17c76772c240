"""Overriding in other words than an amount, for a whole period, with a last day, and locking."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.store import audit, overrides
from counterpoise.web.demand.written import Written
from kept_forecast import PERIOD, build_small_cycle, keep_build, keep_run
from overriding import FORECAST
from people import make_person, sign_in
from programs import make_program
from shown_pages import field_of, rows_of, text_of

D = Decimal
GULF = "measure=won_revenue&month=2026-10&region=Gulf"
LEVANT = "measure=won_revenue&month=2026-10&region=Levant"
WHOLE = "measure=won_revenue&month=2026-10"
QUARTER = "measure=won_revenue&region=Gulf"
AT = f"/demand/{PERIOD}/cell"
LOCKERS = ("administrator", "operations", "leader", "finance")


@pytest.fixture
def ran(workspace):
    keep_build()
    keep_run()


@pytest.fixture
def layla(ran):
    return sign_in(make_person("leader"))


def write(browser, amount="7000", cell=GULF, to="override", **other):
    said = {"amount": amount, "reason": "large_deal", "comment": "The ministry signs."}
    return browser.post(f"{AT}/{to}?{cell}", {**said, "seen": amount, "replaces": "", **other})


def lock(browser, cell=GULF, comment="Agreed with the ministry.", **other):
    return browser.post(f"{AT}/lock?{cell}", {"lock-comment": comment, **other})


def current():
    return [(each.kind, each.amount, each.change) for each in overrides.list_current(PERIOD)]


class TestWritten:
    @pytest.mark.parametrize(
        ("typed", "kept", "shown"),
        [
            pytest.param("120000", ("absolute", 120_000, 0), "= 120,000", id="an amount"),
            pytest.param("= 120,000", ("absolute", 120_000, 0), "= 120,000", id="as it is shown"),
            pytest.param("+1,000", ("difference", 7_000, 1_000), "+1,000", id="more"),
            pytest.param(
                "-1000.5", ("difference", D("4999.5"), D("-1000.5")), "−1,000.5", id="less"
            ),
            pytest.param("−1 000", ("difference", 5_000, -1_000), "−1,000", id="a true minus"),
            pytest.param("+5%", ("factor", 6_300, 5), "+5 %", id="percent up"),
            pytest.param("−12.5 %", ("factor", 5_250, D("-12.5")), "−12.5 %", id="percent down"),
            pytest.param("-٥٪", ("factor", 5_700, -5), "−5 %", id="in Arabic digits"),
        ],
    )
    def test_as_people_write_it(self, layla, typed, kept, shown):
        assert write(layla, typed).status_code == 302
        assert current() == [kept]
        page = layla.get(f"{AT}?{GULF}")
        assert shown.replace(" %", "\N{NO-BREAK SPACE}%") in page.content.decode()
        assert rows_of(page, "overrides")[0][6].replace("\N{NO-BREAK SPACE}", " ") == shown

    @pytest.mark.parametrize(
        ("typed", "advice"),
        [
            pytest.param("5%", "up or down", id="percent without a direction"),
            pytest.param("=+5", "two places at most", id="both"),
            pytest.param("+0%", "lock it", id="by nothing"),
            pytest.param("1,2,3", "two places at most", id="commas anywhere"),
            pytest.param("+1.005", "two places at most", id="parts of a cent"),
        ],
    )
    def test_what_nobody_can_read_is_asked_for_again(self, layla, typed, advice):
        page = write(layla, typed)
        assert (page.status_code, current()) == (422, [])
        assert advice in text_of(page)
        assert field_of(page, "amount") == typed

    def test_it_is_written_as_it_is_read(self):
        assert [str(each) for each in (Written("absolute", D(5)), Written("difference", D(5)))] == [
            "5", "+5",
        ]  # fmt: skip
        assert str(Written("factor", D("-2.5"))) == "-2.5%"

    def test_an_effect_that_was_seen_of_another_kind_was_not_seen(self, layla):
        page = write(layla, "+5%", seen="+5")
        assert (page.status_code, current()) == (200, [])
        assert field_of(page, "seen") == "+5%"


class TestWholePeriod:
    def test_a_figure_of_the_whole_quarter_has_a_page(self, layla):
        page = layla.get(f"{AT}?{QUARTER}")
        said = text_of(page)
        assert "Won revenue, whole period: Gulf" in said
        assert "$36,000" in said
        assert "no range of its own" in said
        assert rows_of(page, "sums")[:4] == [
            ["October 2026", "a month of this", "$6,000", "17%"],
            ["November 2026", "a month of this", "$12,000", "33%"],
            ["December 2026", "a month of this", "$18,000", "50%"],
            ["Whole company", "this is a part of it", "$60,000", "60%"],
        ]

    def test_it_is_overridden_at_once_and_its_months_are_marked(self, layla):
        page = write(layla, "+10%", QUARTER, to="preview", seen="")
        assert rows_of(page, "effects")[:3] == [
            ["Won revenue of the whole period", "USD", "60,000", "63,600", "3,600"],
            ["Won revenue, whole period: Gulf", "USD", "36,000", "39,600", "3,600"],
            ["Won revenue, October 2026: Gulf", "USD", "6,000", "6,600", "600"],
        ]
        assert write(layla, "+10%", QUARTER).url == f"{AT}?{QUARTER}"
        months = rows_of(layla.get(f"/demand/{PERIOD}/?level=region"), "forecast")
        assert [row[4] for row in months if row[1] == "Gulf"] == ["overridden"] * 3

    def test_from_its_number_one_finds_it(self, layla):
        write(layla, "+10%", QUARTER)
        (made,) = overrides.list_current(PERIOD)
        assert layla.get(f"/demand/overrides/{made.id}/").url == f"{AT}?{QUARTER}"

    def test_the_period_leads_to_its_whole(self, layla):
        page = layla.get(f"/demand/{PERIOD}/").content.decode()
        assert f'href="{AT}?measure=won_revenue"' in page
        assert f'href="{AT}?measure=won_deals"' in page


class TestExpiry:
    def test_its_last_day_is_shown(self, layla):
        write(layla, expires_on="2026-12-31")
        assert "holds until 31 Dec 2026" in text_of(layla.get(f"{AT}?{GULF}"))
        (row,) = rows_of(layla.get(f"/demand/{PERIOD}/overrides/"), "overrides")
        assert row[-3:] == ["31 Dec 2026", "holds", "–"]

    def test_after_it_the_list_says_expired(self, layla):
        write(layla, expires_on="2026-09-30")
        day = date(2026, 10, 1)
        cycle = replace(build_small_cycle(), as_of=day, forecast=replace(FORECAST, as_of=day))
        keep_run(cycle, run="2026-Q4-later")
        page = layla.get(f"{AT}?{GULF}")
        assert "expired" in text_of(page)
        assert rows_of(page, "overrides")[0][-2] == "expired"


class TestContradictions:
    def test_the_page_names_those_in_the_way_and_offers_to_replace_them(self, layla):
        write(layla, "7000")
        write(layla, "3000", LEVANT)
        page = write(layla, "12000", WHOLE)
        said = text_of(page)
        assert (page.status_code, len(current())) == (409, 2)
        assert "It cannot hold beside these" in said
        assert [row[:4] for row in rows_of(page, "opponents")] == [
            ["Won revenue, October 2026: Gulf", "= 7,000", "7,000", "layla"],
            ["Won revenue, October 2026: Levant", "= 3,000", "3,000", "layla"],
        ]
        assert "Mine takes their place" in said
        assert "Save the override" in said
        assert write(layla, "12000", WHOLE, replaces_others="on").status_code == 302
        assert current() == [("absolute", 12_000, 0)]

    def test_a_preview_says_so_too(self, layla):
        write(layla, "7000")
        page = write(layla, "5000", WHOLE, to="preview", seen="")
        assert (page.status_code, len(rows_of(page, "opponents"))) == (409, 1)

    def test_against_a_lock_there_is_nothing_to_confirm(self, layla):
        lock(layla)
        page = write(layla, "5000", WHOLE)
        said = text_of(page)
        assert page.status_code == 409
        assert "what is locked stays" in said
        assert "Save the override" not in said
        assert "Mine takes their place" not in said
        assert write(layla, "5000", WHOLE, replaces_others="on").status_code == 409
        assert [kind for kind, _, _ in current()] == ["lock"]


class TestLocks:
    def test_a_locked_figure_says_so_and_is_not_overridden(self, layla):
        assert lock(layla).url == f"{AT}?{GULF}"
        page = text_of(layla.get(f"{AT}?{GULF}"))
        for words in ("This figure is locked", "Agreed with the ministry.", "Unlock this figure"):
            assert words in page
        refused = write(layla)
        assert (refused.status_code, len(current())) == (422, 1)
        assert "layla locked this figure at 6,000" in text_of(refused)
        months = rows_of(layla.get(f"/demand/{PERIOD}/?level=region"), "forecast")
        assert months[0][4] == "locked"
        (row,) = rows_of(layla.get(f"/demand/{PERIOD}/overrides/"), "overrides")
        assert (row[6], row[-2]) == ("locked at 6,000", "locked")

    def test_unlocked_it_is_free_again(self, layla):
        lock(layla)
        (made,) = overrides.list_current(PERIOD)
        path = f"/demand/{PERIOD}/overrides/{made.id}/unlock"
        assert layla.post(path).url == f"{AT}?{GULF}"
        assert "unlocked already" in text_of(layla.post(path, follow=True))
        assert rows_of(layla.get(f"{AT}?{GULF}"), "overrides")[0][-2] == "unlocked"
        assert write(layla).status_code == 302
        assert layla.post(f"/demand/{PERIOD}/overrides/999/unlock").status_code == 404

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param({"comment": " "}, id="no comment"),
            pytest.param({"lock-expires_on": "2026-09-29"}, id="a last day that is over"),
        ],
    )
    def test_what_cannot_be_locked_is_refused_in_its_own_form(self, layla, wrong):
        page = lock(layla, **wrong)
        assert (page.status_code, current()) == (422, [])
        assert b"errorlist" in page.content

    def test_locking_twice_is_refused(self, layla):
        lock(layla)
        assert lock(layla).status_code == 422

    def test_its_tables_lead_back_to_the_figure(self, layla):
        assert layla.get(f"{AT}/lock?{GULF}&sums.sort=mean").url == f"{AT}?{GULF}&sums.sort=mean"

    def test_who_may_lock_locks_and_for_others_there_is_nothing(self, ran, browsers):
        for role, browser in browsers.items():
            before = len(audit.list_entries())
            answer = lock(browser, comment=role)
            if role in LOCKERS:
                assert answer.status_code == 302
                (made,) = overrides.list_current(PERIOD)
                for other in set(browsers) - set(LOCKERS):
                    path = f"/demand/{PERIOD}/overrides/{made.id}/unlock"
                    assert browsers[other].post(path).status_code == 404
                browser.post(f"/demand/{PERIOD}/overrides/{made.id}/unlock")
                assert current() == []
            else:
                assert (answer.status_code, len(audit.list_entries())) == (404, before)
                assert b"Lock this figure" not in browser.get(f"{AT}?{GULF}").content


class TestArabic:
    def test_what_was_said_is_read_in_arabic_digits(self, ran):
        reader = sign_in(make_person("leader", language="ar"))
        write(reader, "−٥٪")
        lock(reader, LEVANT)
        page = reader.get(f"{AT}?{GULF}").content.decode()
        assert "٥\N{NO-BREAK SPACE}٪" in page
        assert "٤٬٠٠٠" in reader.get(f"{AT}?{LEVANT}").content.decode()


class TestPrograms:
    def sent(self, **other):
        return {
            "measure": "won_revenue",
            "month": "2026-10-01",
            "by": {"region": "Gulf"},
            "amount": "7000",
            "reason": "large_deal",
            "comment": "The ministry signs.",
            **other,
        }

    @pytest.fixture
    def program(self, ran):
        return make_program(make_person("finance"))

    def test_an_amount_alone_is_an_absolute_one_as_ever(self, program):
        made = program.post(f"/demand/{PERIOD}/overrides", self.sent())
        assert made.status_code == 201
        said = made.json()
        assert (said["kind"], said["amount"], said["change"]) == ("absolute", "7000", "0")

    def test_a_percentage_of_the_quarter_until_a_day(self, program):
        new = self.sent(month=None, kind="factor", amount="-5", expires_on="2026-12-31")
        said = program.post(f"/demand/{PERIOD}/overrides", new).json()
        assert (said["month"], said["expires_on"]) == ("", "2026-12-31")
        assert (said["kind"], said["amount"], said["change"]) == ("factor", "34200.00", "-5")
        listed = program.get(f"/demand/{PERIOD}/overrides").json()["items"]
        assert [each["change"] for each in listed] == ["-5"]

    def test_a_contradiction_shows_the_others_and_is_confirmed(self, program):
        path = f"/demand/{PERIOD}/overrides"
        first = program.post(path, self.sent()).json()
        wider = self.sent(by={}, amount="5000")
        seen = program.post(
            f"{path}/preview",
            {name: said for name, said in wider.items() if name not in ("reason", "comment")},
        )
        assert [each["id"] for each in seen.json()["contradicts"]] == [first["id"]]
        refused = program.post(path, wider)
        assert refused.status_code == 409
        assert [each["id"] for each in refused.json()["current"]["overrides"]] == [first["id"]]
        assert program.post(path, {**wider, "replaces_others": True}).status_code == 201
        assert current() == [("absolute", 5_000, 0)]

    def test_a_figure_is_locked_and_unlocked(self, program):
        place = {"measure": "won_revenue", "month": "2026-10-01", "by": {"region": "Gulf"}}
        locked = program.post(f"/demand/{PERIOD}/locks", {**place, "comment": "Agreed."})
        assert (locked.status_code, locked.json()["kind"]) == (201, "lock")
        assert program.post(f"/demand/{PERIOD}/overrides", self.sent()).status_code == 409
        number = locked.json()["id"]
        assert program.post(f"/demand/{PERIOD}/overrides/{number}/withdraw").status_code == 404
        path = f"/demand/{PERIOD}/locks/{number}/unlock"
        assert [program.post(path).status_code for _ in range(2)] == [200, 409]
        assert program.post(f"/demand/{PERIOD}/overrides", self.sent()).status_code == 201
        marketing = make_program(make_person("marketing"))
        assert (
            marketing.post(f"/demand/{PERIOD}/locks", {**place, "comment": "x"}).status_code == 404
        )
