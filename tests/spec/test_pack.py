"""The meeting pack: the same content as a page and as a print, in English and in Arabic."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape

import pytest
from django.utils import translation

from counterpoise.actions.packs import WRITERS
from counterpoise.actions.reports import LANGUAGES
from counterpoise.connectors.documents import pack as documents
from counterpoise.connectors.documents.pack_blocks import Paragraph, Table
from counterpoise.connectors.documents.pack_content import build_content
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.pack import InvalidPack
from meeting_pack import HASH, build_bare_pack, build_pack

D = Decimal
MARKS = re.compile("[\u2066-\u2069]")
EVIL = '#eval("1+1") #read("/etc/passwd") $x$ *b* </style><script>alert(1)</script> \\u{41}'
ENGLISH = Reader("en", "USD")
SAID = {
    "what is asked": (
        "decision",
        "Sign version 3 for the fourth quarter and release two hires for Gulf sellers.",
    ),
    "five figures and the check": (
        "figures",
        "Demand: 112, deals, worth $4.26M",
        "Served: 103.6, deals, worth $3.94M",
        "Demand not served: 8.4, deals, worth $319K",
        "Contribution: 2.41M, no plan can earn more than $2.41M",
        "Optimality gap: 0.02%, at most this much is left on the table",
        "A check that does not use the optimiser found that the plan keeps every rule.",
    ),
    "months with ranges, and the back-test": (
        "forecast",
        "Expected revenue by month, with its 80% range",
        "October 2026 | 31 | unchanged | 1.18M | 980K | 1.39M",
        "November 2026 | 37 | 1.42M | 1.5M | 1.21M | 1.79M",
        "December 2026 | 44 | unchanged | 1.66M | 1.32M | 1.99M",
        "Whole period | 112 | 4.26M | 4.34M | – | –",
        "This forecast | 92 | 24 | 15% | 83%",
        "Stage-weighted pipeline | 92 | 24 | 41% | no range",
        "Same as last period | 92 | 24 | 22% | no range",
    ),
    "gap by product, and what each limit costs": (
        "gap",
        "Atlas CRM | 67 | 62 | 5 | 190K",
        "Atlas Support <Plus> | 34 | 31.4 | 2.6 | 98.8K",
        "خدمة التركيب | 11 | 10.2 | 0.8 | 30.4K",
        (
            "Time it takes to hire | 121K | New people take months to find, can start only a"
            " few at a time, and learn before they give full work."
        ),
        ("Too few people | 54.1K | There are fewer people than the work needs, whoever they are."),
    ),
    "scenarios, with the one to sign": (
        "scenarios",
        "Expected demand (asked to sign) | 112 | 103.6 | 319K | 2.41M | 3",
        "High demand | 132 | 110 | 836K | 2.6M | 6",
        "Low demand | 94 | 94 | 0 | 2.05M | 0",
        "خصم رمضان | 124 | 107.5 | 627K | 2.4M | 4",
    ),
    "assumptions with owner and expiry, the expired first": (
        "assumptions",
        "Wages as of the July payroll | Omar Khalil | expired on 30 Sep 2026",
        "Gulf prices stay as they are | سارة العتيبي | 31 Dec 2026",
        "لا عطلة رسمية إضافية في الربع | nobody yet | no day set",
        "company.weekend | Friday Saturday | not stated",
        (
            "plan.contribution_rate | 0.5 share of the price left before the cost of people |"
            " default: half, until finance says what each product leaves"
        ),
        (
            "pool.hiring_lead_months · sellers | 3 months from the open requisition to the"
            " first day | default: time to find, agree and serve notice"
        ),
    ),
    "decisions, then minutes, each by time": (
        "decisions",
        (
            "1 Oct 2026, 09:30 (UTC+3) | فهد القحطاني | Open two requisitions for Gulf sellers"
            " | Lina Aziz"
        ),
        ("2 Oct 2026, 17:00 (UTC+3) | Rana Haddad | نؤجل خصم رمضان إلى الربع القادم | nobody yet"),
        (
            "1 Oct 2026, 09:00 (UTC+3) | سارة العتيبي | السوق في الخليج أقوى من توقع النظام"
            " (+8%) هذا الشهر."
        ),
        "2 Oct 2026, 16:30 (UTC+3) | Omar Khalil | Finance asks for the low case in writing.",
    ),
    "overrides: who, what, from, to, why": (
        "overrides",
        (
            "Rana Haddad · Sales leader\n1 Oct 2026, 10:15 (UTC+3) | Won revenue · November"
            " 2026 · Gulf · Atlas CRM | 420K | 500K | known deal\nMinistry tender closes in"
            " November, letter of award is in."
        ),
        (
            "فهد القحطاني · Finance\n2 Oct 2026, 08:40 (UTC+3) | Won deals · December 2026 ·"
            " whole company | 46.5 | 44 | موسم\nتأخر اعتماد الميزانيات (Q4) لدى عملاء Levant &"
            " Egypt"
        ),
    ),
    "what changed": (
        "changes",
        "pool.hiring_lead_months · sellers went from 2 to 3.",
        "Override of Rana Haddad for November 2026 was added.",
    ),
    "who signed, and whose turn it is": (
        "signatures",
        "فهد القحطاني | Finance | 3 Oct 2026, 18:20 (UTC+3)",
        "Still to sign, in this order: Executive",
    ),
}


def read(pack, language="en"):
    """Every section by its key, as lines of cells, without the marks of direction."""
    with translation.override(language):
        content = build_content(Reader(language, pack.currency), pack)
    return {
        section.key: [MARKS.sub("", line) for block in section.blocks for line in list_lines(block)]
        for section in content.sections
    }


def list_lines(block):
    match block.kind:
        case "paragraph":
            return [block.words]
        case "bullets":
            return block.words
        case "cards":
            return [f"{card.label}: {card.value}, {card.note}" for card in block.cards]
        case "table":
            return [" | ".join(row.cells) for row in block.rows]
        case "picture":
            return [block.drawing.label]


def query(pack, selector, language="en"):
    """What Typst makes of the pack, as its own elements."""
    with translation.override(language):
        content = build_content(Reader(language, pack.currency), pack)
    data = documents._to_data(content, pack.frozen_at.astimezone(UTC))
    compiler = documents._open_compiler()
    compiler.compile(format="pdf", sys_inputs={"pack": json.dumps(data)})
    return json.loads(compiler.query(selector, field="body"))


def write_all(pack, folder):
    """By ending and language, what the product writes when it is asked for."""
    return {
        (ending, language): write(pack, folder / f"pack.{language}.{ending}", language)
        for ending, write in WRITERS.items()
        for language in LANGUAGES
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_all(build_pack(), tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def pages(files):
    return {language: files["html", language].read_text("utf-8") for language in LANGUAGES}


def test_a_page_and_a_print_in_each_language(tmp_path):
    written = write_all(build_pack(), tmp_path)
    assert {kind: path.name for kind, path in written.items()} == {
        ("html", "en"): "pack.en.html",
        ("html", "ar"): "pack.ar.html",
        ("pdf", "en"): "pack.en.pdf",
        ("pdf", "ar"): "pack.ar.pdf",
    }
    assert sorted(tmp_path.iterdir()) == sorted(written.values())


@pytest.mark.parametrize(
    ("section", "lines"), [(section, lines) for section, *lines in SAID.values()], ids=SAID
)
def test_says(section, lines):
    assert read(build_pack())[section] == lines


def test_what_is_missing_is_said_in_words():
    assert read(build_bare_pack()) == {
        "decision": ["No decision is asked for: this pack is for reading."],
        "figures": ["There is no plan yet."],
        "forecast": ["No month was forecast."],
        "gap": ["Nothing is known by product.", "No limit was found that costs contribution."],
        "scenarios": ["No scenario was compared."],
        "assumptions": [
            "Nobody wrote down an assumption.",
            "Every rule that the plan used is confirmed.",
        ],
        "decisions": ["No decision was recorded.", "No minutes were kept."],
        "overrides": ["No override is in force: the forecast stands as it was calculated."],
        "changes": ["This is the first version for the period."],
        "signatures": ["Not signed yet."],
    }


@pytest.mark.parametrize(
    ("section", "given", "line"),
    [
        pytest.param(
            "signatures",
            {"still_to_sign": ()},
            "Everyone who has to sign has signed.",
            id="nobody is left to sign",
        ),
        pytest.param(
            "signatures",
            {"signatures": (), "still_to_sign": ("finance", "executive")},
            "Still to sign, in this order: Finance · Executive",
            id="two are left to sign",
        ),
        pytest.param(
            "changes",
            {"changes": ()},
            "Nothing: the same data, rules and overrides.",
            id="a version like the one before",
        ),
        pytest.param(
            "scenarios",
            {"scenarios": build_pack().scenarios[:1]},
            "No scenario was compared.",
            id="one scenario compares with nothing",
        ),
        pytest.param(
            "forecast",
            {"backtest": ()},
            "The forecast was not tested on past days: there is too little history.",
            id="a forecast without evidence",
        ),
        pytest.param(
            "figures",
            {"figures": replace(build_pack().figures, optimality_gap=D("0.00004"))},
            "Optimality gap: 0%, proven: nothing is left on the table",
            id="a plan proven best",
        ),
        pytest.param(
            "figures",
            {"figures": replace(build_pack().figures, is_verified=False)},
            "A check that does not use the optimiser found broken rules: do not sign this plan.",
            id="a plan that breaks rules",
        ),
        pytest.param(
            "gap",
            {"limits": (replace(build_pack().limits[0], cost=D("0.49")),)},
            "No limit was found that costs contribution.",
            id="a limit that costs nothing to speak of",
        ),
        pytest.param(
            "overrides",
            {"overrides": (replace(build_pack().overrides[0], comment="", role="chief"),)},
            "Rana Haddad · chief\n1 Oct 2026, 10:15 (UTC+3) | Won revenue · November 2026 · Gulf ·"
            " Atlas CRM | 420K | 500K | known deal",
            id="an override without a comment, by a role of another house",
        ),
        pytest.param(
            "overrides",
            {
                "overrides": (
                    replace(
                        build_pack().overrides[0],
                        comment="",
                        month=None,
                        kind="factor",
                        change=D("19.05"),
                        expires_on=date(2026, 12, 31),
                    ),
                )
            },
            "Rana Haddad · Sales leader\n1 Oct 2026, 10:15 (UTC+3) | Won revenue · whole period ·"
            " Gulf · Atlas CRM | 420K | 500K\n+19.05\N{NO-BREAK SPACE}% | known deal\nholds until"
            " 31 Dec 2026",
            id="a percentage of the whole period, until a day",
        ),
    ],
)
def test_says_what_else_can_be(section, given, line):
    assert line in read(replace(build_pack(), **given))[section]


def test_months_nobody_changed_have_no_column_for_it():
    months = tuple(replace(each, statistical=None) for each in build_pack().months)
    lines = read(replace(build_pack(), months=months))["forecast"]
    assert lines[1:2] == ["October 2026 | 31 | 1.18M | 980K | 1.39M"]


def test_products_beyond_twelve_are_added_up():
    (product, *_) = build_pack().products
    products = tuple(replace(product, product=f"Product {n:02}") for n in range(15))
    lines = read(replace(build_pack(), products=products, limits=()))["gap"]
    assert lines[11:13] == ["Product 11 | 67 | 62 | 5 | 190K", "3 others | 201 | 186 | 15 | 570K"]


def test_products_with_the_same_gap_come_by_demand():
    (product, *_) = build_pack().products
    products = (replace(product, product="Small", demand=D(1)), replace(product, product="Large"))
    lines = read(replace(build_pack(), products=products))["gap"]
    assert [line.split(" | ")[0] for line in lines[:2]] == ["Large", "Small"]


@pytest.mark.parametrize(
    ("section", "field", "count", "shown"),
    [
        pytest.param("overrides", "overrides", 17, 15, id="overrides"),
        pytest.param("decisions", "minutes", 14, 12, id="minutes"),
        pytest.param("decisions", "decisions", 14, 12, id="decisions"),
        pytest.param("assumptions", "assumptions", 14, 12, id="assumptions"),
        pytest.param("assumptions", "unconfirmed", 14, 12, id="rules to confirm"),
    ],
)
def test_long_lists_are_cut_and_say_so(section, field, count, shown):
    (one, *_) = getattr(build_pack(), field)
    lines = read(replace(build_bare_pack(), **{field: (one,) * count}))[section]
    assert "2 more are not printed here; the plan's page lists all of them." in lines
    assert len([line for line in lines if " | " in line]) == shown


def test_the_title_names_company_period_day_version_and_hash(pages):
    heading = MARKS.sub("", pages["en"].split("<nav")[0].split("<header>")[1])
    words = unescape(re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", heading))).strip()
    assert words == (
        "Meeting pack · Plan version 3 Zaytoun Systems · Q4 2026 As known on 30 Sep 2026 Frozen on"
        f" 3 Oct 2026, 14:05 (UTC+3), by Rana Haddad Currency US Dollar Version hash {HASH}"
    )


def test_arabic_months_and_figures_are_as_the_reader_writes_them():
    (_, october, *_) = read(build_pack(), "ar")["forecast"]
    cells = october.replace("\N{NO-BREAK SPACE}", " ").split(" | ")
    assert (*cells[:2], *cells[3:]) == (
        "أكتوبر ٢٠٢٦",
        "٣١",
        "١٫١٨ مليون",
        "٩٨٠ ألف",
        "١٫٣٩ مليون",
    )


def test_direction_and_language(pages):
    assert '<html lang="en" dir="ltr">' in pages["en"]
    assert '<html lang="ar" dir="rtl">' in pages["ar"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_needs_nothing_but_itself(pages, language):
    assert re.findall(r"url\(|@import|<script|<link|<img|\bsrc=|javascript:", pages[language]) == []
    assert set(re.findall(r'href="([^"#]*)', pages[language])) == {""}


def test_every_number_of_the_print_is_on_the_page(pages):
    page = MARKS.sub("", unescape(pages["en"]))
    lines = [line for lines in read(build_pack()).values() for line in lines]
    cells = {cell for line in lines if " | " in line for cell in line.split(" | ")}
    assert [cell for cell in cells if cell not in page] == []


@pytest.mark.case("IMP-18")
def test_users_words_are_neither_markup_nor_code(tmp_path):
    pack = replace(build_pack(), company=EVIL, decision=EVIL, frozen_by=EVIL)
    page = documents.write_pack_page(pack, tmp_path / "evil.html", "en").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    printed = json.dumps(query(pack, "par"), ensure_ascii=False)
    assert json.dumps(EVIL)[1:-1] in printed


def test_the_print_has_every_section():
    headings = [
        MARKS.sub("", each["text"]) for each in query(build_pack(), "heading.where(level: 2)")
    ]
    assert headings == [
        "Decision asked for",
        "The plan in five figures",
        "Forecast by month",
        "What is not served, and why",
        "Scenarios side by side",
        "Assumptions",
        "Decisions and minutes",
        "Overrides in force",
        "What changed since version 2",
        "Signatures",
    ]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_print_is_accessible_dated_and_short(files, language):
    printed = files["pdf", language].read_bytes()
    assert printed.startswith(b"%PDF-1.7")
    assert b"pdfuaid:part>1<" in printed
    assert b"<xmp:CreateDate>2026-10-03T00:00:00Z<" in printed
    assert printed.count(b"/Type/Page\n") + printed.count(b"/Type/Page/") == 3


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_same_pack_gives_the_same_bytes(files, tmp_path, language):
    again = write_all(build_pack(), tmp_path)
    for kind in (("pdf", language), ("html", language)):
        assert again[kind].read_bytes() == files[kind].read_bytes()


def test_another_pack_gives_other_bytes(files):
    other = replace(build_pack(), version=4)
    assert documents.print_pack(other, "en", "pdf") != (files["pdf", "en"].read_bytes(),)


def test_letters_without_a_font_are_owned_up_to(tmp_path):
    pack = replace(build_bare_pack(), frozen_by="王芳")
    (printed,) = documents.print_pack(pack, "en", "pdf")
    assert b"pdfuaid" not in printed
    assert len(printed) > len(documents.print_pack(build_bare_pack(), "en", "pdf")[0])
    page = documents.write_pack_page(pack, tmp_path / "page.html", "en").read_text("utf-8")
    assert "王芳" in page


def test_pages_can_be_seen():
    pages = documents.print_pack(build_pack(), "ar", "png")
    assert [page[:4] for page in pages] == [b"\x89PNG"] * 3


def test_tables_are_named_and_no_row_is_short():
    with pytest.raises(AssertionError):
        Table("Wrong", build_table().columns, (replace(build_table().rows[0], cells=("one",)),))
    assert Paragraph("Said.").tone == "plain"


def build_table():
    with translation.override("en"):
        content = build_content(ENGLISH, build_pack())
    return next(
        block for section in content.sections for block in section.blocks if block.kind == "table"
    )


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        pytest.param({"version": 0}, "Freeze the plan first", id="a plan that is not frozen"),
        pytest.param({"version_hash": ""}, "Freeze the plan first", id="a version without a hash"),
        pytest.param(
            {"frozen_at": datetime(2026, 10, 3)},  # noqa: DTZ001 -- that is the point
            "Give every instant in the company's zone",
            id="an instant of nowhere",
        ),
    ],
)
def test_a_pack_nobody_could_sign_is_refused(given, advice):
    with pytest.raises(InvalidPack, match=advice):
        replace(build_pack(), **given)


def test_an_assumption_expires_after_its_day():
    (assumed, *_) = build_pack().assumptions
    last_day = replace(assumed, expires_on=date(2026, 10, 3))
    line = read(replace(build_pack(), assumptions=(last_day,)))["assumptions"][0]
    assert line == "Gulf prices stay as they are | سارة العتيبي | 3 Oct 2026"
