"""A made-up meeting pack, whole and small enough to check by hand, for tests of pack documents."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from counterpoise.domain.tables.pack import (
    Assumed,
    Backtested,
    ComparedScenario,
    Decided,
    ExpectedMonth,
    InForce,
    Limit,
    Minuted,
    Pack,
    PlanFigures,
    ProductGap,
    Signed,
)
from counterpoise.domain.tables.report import Assumption
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text

D = Decimal
RIYADH = timezone(timedelta(hours=3))
HASH = "9f2c41d07be85a3364d1f0aa27c9e6b0513d8847fe20b9ac6d71e4430ab5c812"
MONTHS = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1))


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=RIYADH)


def build_bare_pack() -> Pack:
    """Nothing but a frozen version."""
    return Pack(
        company="Zaytoun Systems",
        period=Period.parse("2026-Q4"),
        as_of=date(2026, 9, 30),
        currency="",
        version=1,
        version_hash=HASH,
        frozen_by="Rana Haddad",
        frozen_at=datetime(2026, 10, 3, 11, 5, tzinfo=UTC),
    )


def build_pack() -> Pack:
    return Pack(
        company="Zaytoun Systems",
        period=Period.parse("2026-Q4"),
        as_of=date(2026, 9, 30),
        currency="USD",
        version=3,
        version_hash=HASH,
        frozen_by="Rana Haddad",
        frozen_at=at(10, 3, 14, 5),
        decision=("Sign version 3 for the fourth quarter and release two hires for Gulf sellers."),
        figures=PlanFigures(
            demand_units=D(112),
            demand_money=D(4_256_000),
            served_units=D("103.6"),
            served_money=D(3_936_800),
            gap_units=D("8.4"),
            gap_money=D(319_200),
            contribution=D(2_411_000),
            bound=D(2_411_482),
            optimality_gap=D("0.0002"),
            is_verified=True,
        ),
        months=(
            ExpectedMonth(MONTHS[0], D(31), D(1_180_000), D(980_000), D(1_390_000)),
            ExpectedMonth(MONTHS[1], D(37), D(1_500_000), D(1_210_000), D(1_790_000), D(1_420_000)),
            ExpectedMonth(MONTHS[2], D(44), D("1655000.50"), D(1_320_000), D(1_990_000)),
        ),
        backtest=(
            Backtested("counterpoise", 92, 24, D("0.146"), D("0.83")),
            Backtested("stage-weighted pipeline", 92, 24, D("0.41"), None),
            Backtested("same as last period", 92, 24, D("0.22"), None),
        ),
        products=(
            ProductGap("Atlas CRM", D(67), D(62), D(5), D(190_000)),
            ProductGap("Atlas Support <Plus>", D(34), D("31.4"), D("2.6"), D(98_800)),
            ProductGap("خدمة التركيب", D(11), D("10.2"), D("0.8"), D(30_400)),
        ),
        limits=(
            Limit(
                "people",
                D(54_100),
                text("There are fewer people than the work needs, whoever they are."),
            ),
            Limit(
                "hiring lead time",
                D(121_300),
                text(
                    "New people take months to find, can start only a few at a time, and learn"
                    " before they give full work."
                ),
            ),
        ),
        scenarios=(
            ComparedScenario(
                "base", D(112), D("103.6"), D(319_200), D(2_411_000), 3, is_chosen=True
            ),
            ComparedScenario("high", D(132), D(110), D(836_000), D(2_603_000), 6),
            ComparedScenario("low", D(94), D(94), D(0), D(2_054_000), 0),
            ComparedScenario("خصم رمضان", D(124), D("107.5"), D(627_000), D(2_398_000), 4),
        ),
        assumptions=(
            Assumed("Gulf prices stay as they are", "سارة العتيبي", date(2026, 12, 31)),
            Assumed("لا عطلة رسمية إضافية في الربع"),
            Assumed("Wages as of the July payroll", "Omar Khalil", date(2026, 9, 30)),
        ),
        unconfirmed=(
            Assumption(
                "pool.hiring_lead_months",
                "sellers",
                "3",
                "months from the open requisition to the first day",
                "default: time to find, agree and serve notice",
            ),
            Assumption("company.weekend", "", "Friday Saturday", "", ""),
            Assumption(
                "plan.contribution_rate",
                "",
                "0.5",
                "share of the price left before the cost of people",
                "default: half, until finance says what each product leaves",
            ),
        ),
        decisions=(
            Decided(at(10, 2, 17), "Rana Haddad", "نؤجل خصم رمضان إلى الربع القادم"),
            Decided(
                at(10, 1, 9, 30),
                "فهد القحطاني",
                "Open two requisitions for Gulf sellers",
                "Lina Aziz",
            ),
        ),
        minutes=(
            Minuted(at(10, 2, 16, 30), "Omar Khalil", "Finance asks for the low case in writing."),
            Minuted(
                at(10, 1, 9), "سارة العتيبي", "السوق في الخليج أقوى من توقع النظام (+8%) هذا الشهر."
            ),
        ),
        overrides=(
            InForce(
                "Rana Haddad",
                "leader",
                "known deal",
                "Ministry tender closes in November, letter of award is in.",
                "won_revenue",
                MONTHS[1],
                (("region", "Gulf"), ("product", "Atlas CRM")),
                D(420_000),
                D(500_000),
                at(10, 1, 10, 15),
            ),
            InForce(
                "فهد القحطاني",
                "finance",
                "موسم",
                "تأخر اعتماد الميزانيات (Q4) لدى عملاء Levant & Egypt",
                "won_deals",
                MONTHS[2],
                (),
                D("46.5"),
                D(44),
                at(10, 2, 8, 40),
            ),
        ),
        signatures=(Signed("فهد القحطاني", "finance", at(10, 3, 18, 20)),),
        still_to_sign=("executive",),
        previous=2,
        changes=(
            text(
                "{what} went from {before} to {after}.",
                what="pool.hiring_lead_months · sellers",
                before="2",
                after="3",
            ),
            "Override of Rana Haddad for November 2026 was added.",
        ),
    )
