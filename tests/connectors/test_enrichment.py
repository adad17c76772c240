"""Providers that say more of a company, and what they must never be led to."""

import socket
from ipaddress import ip_network

import pytest
import sqlalchemy as sa

from counterpoise.connectors.enrichment.api import ApiProvider, InvalidTemplate, Template, find
from counterpoise.connectors.enrichment.html import read_page
from counterpoise.connectors.enrichment.page import AGENT, PORTS, Caps, PageProvider
from counterpoise.connectors.enrichment.provider import Subject
from counterpoise.connectors.enrichment.tables import Columns, FileProvider, TableProvider
from counterpoise.connectors.sources.http import Patience, open_session
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.reach import Reach
from faulty import Faulty, write_answer

HASTY = Patience(tries=1, to_connect=0.5, between_bytes=0.5, backoff=0.001, jitter=0.001)
ONLY_HERE = Reach((ip_network("127.0.0.1/32"),))
PAGE = """<html><head><title>المدار للاتصالات</title>
<meta name="description" content="شبكات &amp; اتصالات">
<script type="application/ld+json">{"@graph": [{"@type": ["Corporation"],
"telephone": "+20 2 27351000", "email": "mailto:info@almadar.example",
"foundingDate": "1998-03", "numberOfEmployees": {"value": 120},
"address": [{"addressLocality": "القاهرة", "addressCountry": {"name": "Egypt"}}]}]}</script>
<script>var a = "<a href='/evil'>";</script></head>
<body><a href="/about-us">About</a><a href="tel:+20227359999">Call</a>
<a href="https://elsewhere.example/about">x</a></body></html>"""


class Site:
    """A web site behind the address 127.0.0.1. pages: what each path answers, as bytes."""

    def __init__(self, pages):
        self.pages, self.asked = pages, []
        self.server = Faulty(self._answer)
        self.domain = self.server.url.removeprefix("http://")

    def _answer(self, connection, request):
        path = request.split(b" ")[1].decode()
        self.asked.append(path)
        assert f"User-Agent: {AGENT}".encode() in request
        connection.sendall(self.pages.get(path, write_answer(b"", 404, "text/html")))


@pytest.fixture
def visit():
    sites = []

    def run(pages, caps=None, reach=ONLY_HERE):
        site = Site(pages)
        sites.append(site)
        provider = PageProvider(open_session(reach, patience=HASTY), caps, schemes=("http",))
        try:
            return site, provider.ask(Subject(domain=site.domain))
        except (SourceRefused, SourceUnreachable) as error:
            return site, error

    yield run
    for each in sites:
        each.server.close()


def show(written, **more):
    return write_answer(written.encode(), kind="text/html; charset=utf-8", **more)


def lead_to(place):
    return write_answer(b"", 302, "text/html", Location=place)


def test_a_page_says_who_it_belongs_to(visit):
    site, found = visit({"/": show(PAGE)})
    assert found.fields == {
        "description": "شبكات & اتصالات",
        "phone": "+20 2 27351000",
        "email": "info@almadar.example",
        "founded_year": "1998",
        "employees": "120",
        "city": "القاهرة",
        "country": "Egypt",
    }
    assert found.method["phone"] == "schema.org"
    assert found.place == f"http://{site.domain}/"
    assert "/evil" not in site.asked
    assert site.asked == ["/robots.txt", "/", "/about-us"]


def test_a_second_page_adds_what_the_first_leaves_open(visit):
    about = show('<a href="mailto:hello@x.example?subject=1">m</a>')
    _, found = visit(
        {"/": show('<title>X</title><a href="contact.html">c</a>'), "/contact.html": about}
    )
    assert found.fields == {"description": "X", "email": "hello@x.example"}
    assert found.method["email"] == "mailto link"


@pytest.mark.parametrize(
    ("rules", "asked"),
    [
        (write_answer(b"User-agent: *\nDisallow: /", kind="text/plain"), ["/robots.txt"]),
        (
            write_answer(b"User-agent: Counterpoise\nDisallow: /", kind="text/plain"),
            ["/robots.txt"],
        ),
        (write_answer(b"", 403, "text/plain"), ["/robots.txt"]),
        (write_answer(b"User-agent: *\nDisallow: /about", kind="text/plain"), ["/robots.txt", "/"]),
    ],
)
def test_what_robots_txt_closes_stays_closed(visit, rules, asked):
    site, _ = visit({"/robots.txt": rules, "/": show(PAGE)})
    assert site.asked == asked


def test_no_more_pages_are_opened_than_the_cap(visit):
    links = "".join(f'<a href="/about/{number}">a</a>' for number in range(50))
    site, _ = visit({"/": show("<title>X</title>" + links)}, Caps(pages=4))
    assert len([each for each in site.asked if each.startswith("/about")]) == 3


def test_a_page_without_end_is_left(visit):
    _, error = visit({"/": show("<p>" + "x" * 3_000_000)})
    assert isinstance(error, SourceRefused)
    assert "more than 2 MB" in str(error)


def test_redirects_without_end_are_left(visit):
    site, error = visit({"/": lead_to("/")})
    assert "on and on" in str(error)
    assert len(site.asked) == 7


ELSEWHERE = [
    "http://127.0.0.2/",
    "http://localhost/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://2852039166/latest/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://metadata.google.internal/",
    "http://10.0.0.5/",
    "https://evil.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "//169.254.169.254/",
    "http://user@127.0.0.1/",
]


@pytest.mark.case("API-20")
@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_redirect_leads_nowhere_else(visit, place):
    site, error = visit({"/": lead_to(place)})
    assert isinstance(error, SourceRefused)
    assert "no page of its own" in str(error)
    assert site.asked == ["/robots.txt", "/"]


INSIDE = [
    "127.0.0.1",
    "127.1",
    "localhost",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "169.254.169.254",
    "2852039166",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[fd00:ec2::254]",
    "[64:ff9b::7f00:1]",
    "100.100.100.200",
    "10.0.0.1",
    "192.168.1.1",
    "0.0.0.0",
]


@pytest.mark.case("API-20")
@pytest.mark.parametrize("domain", INSIDE)
def test_a_domain_that_is_an_inside_address_is_not_opened(domain):
    provider = PageProvider(open_session(Reach(ports=PORTS), patience=HASTY))
    with pytest.raises((SourceRefused, SourceUnreachable)) as refused:
        provider.ask(Subject(domain=domain))
    assert "inside a network" in str(refused.value) or "did not answer" in str(refused.value)


@pytest.mark.parametrize("domain", ["8.8.8.8:22", "8.8.8.8:6379"])
def test_only_the_ports_of_the_web_are_opened(domain):
    provider = PageProvider(open_session(Reach(ports=PORTS), patience=HASTY))
    with pytest.raises(SourceRefused, match="only 80, 443 may be"):
        provider.ask(Subject(domain=domain))


@pytest.mark.case("API-20")
def test_a_name_that_changes_its_address_leads_nowhere_inside(monkeypatch):
    answers = ["8.8.8.8", "127.0.0.1"]
    connected = []
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, *_, **__: [(2, 1, 6, "", (answers.pop(0), port))]
    )

    def connect(address, *_):
        connected.append(address)
        raise OSError("cut")

    monkeypatch.setattr("counterpoise.connectors.sources.http.create_connection", connect)
    session = open_session(Reach(ports=PORTS), patience=Patience(tries=1, backoff=0, jitter=0))
    with pytest.raises((SourceRefused, SourceUnreachable)):
        PageProvider(session, schemes=("http",)).ask(Subject(domain="rebinding.example"))
    assert connected == [("8.8.8.8", 80)]


@pytest.mark.parametrize("domain", ["", "a@b.example", "x.example/../y", " "])
def test_what_is_no_domain_is_not_asked(domain):
    assert PageProvider(open_session(Reach())).ask(Subject(domain=domain)) is None


@pytest.mark.parametrize(
    "answer",
    [
        write_answer(b"\x89PNG", kind="image/png"),
        write_answer(b"", 404, "text/html"),
        write_answer("<title>مرحبا".encode("cp1256"), kind="text/html; charset=klingon"),
        show("<script type='application/ld+json'>{broken</script>"),
        show('<script type="application/ld+json">' + "[" * 100_000 + "</script>"),
    ],
)
def test_a_page_that_says_nothing_gives_nothing(visit, answer):
    _, found = visit({"/": answer})
    assert found is None or set(found.fields) <= {"description"}


def test_what_a_page_writes_is_kept_as_text_and_short():
    facts = read_page(f'<title>{"x" * 9_000}</title><a href="tel:{"9" * 900}">')
    assert {len(each) for each in facts.fields.values()} == {500}
    assert read_page("<title><script>alert(1)</script></title>").fields["description"]


def write_csv(path, *lines):
    path.write_text("\n".join(["Web,Staff,Town", *lines]), "utf-8-sig")
    return path


def test_a_file_knows_the_company_by_its_domain(tmp_path):
    columns = Columns("Web", "domain", {"employees": "Staff", "city": "Town"})
    path = write_csv(
        tmp_path / "vendor.csv",
        "ALMADAR.example,120,القاهرة",
        "x.example,9,",
        "x.example,8,",
        ",7,",
    )
    provider = FileProvider(path, columns)
    found = provider.ask(Subject(domain="almadar.example"))
    assert found.fields == {"employees": "120", "city": "القاهرة"}
    assert (found.place, found.method["city"]) == ("vendor.csv", "file")
    assert [provider.ask(Subject(domain=each)) for each in ("x.example", "y.example", "")] == [
        None
    ] * 3


def test_a_file_knows_the_company_by_its_name_however_spelled(tmp_path):
    path = write_csv(tmp_path / "v.csv", "شركة الأفق,120,")
    found = FileProvider(path, Columns("Web", "name", {"employees": "Staff"}))
    assert found.ask(Subject(name="شركه الافق")).fields == {"employees": "120"}


def test_a_file_that_does_not_hold_what_was_said_is_refused(tmp_path):
    path = write_csv(tmp_path / "v.csv", "x,1,")
    with pytest.raises(SourceRefused, match="no column Revenue"):
        FileProvider(path, Columns("Web", "name", {"annual_revenue": "Revenue"})).ask(Subject("x"))
    path.write_bytes("Web,é\n".encode("cp1252"))
    with pytest.raises(SourceRefused, match="CSV in UTF-8"):
        FileProvider(path, Columns("Web", "name", {})).ask(Subject("x"))


def test_a_table_knows_the_company(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/vendor.db")
    with engine.begin() as connection:
        connection.execute(sa.text("create table firms (web text, staff int)"))
        connection.execute(
            sa.text("insert into firms values ('A.example', 120), ('b', 1), ('b', 2)")
        )
    provider = TableProvider(engine, "firms", Columns("web", "domain", {"employees": "staff"}))
    assert provider.ask(Subject(domain="a.example")).fields == {"employees": "120"}
    assert [provider.ask(Subject(domain=each)) for each in ("b", "c", "", "' or 1=1 --")] == [
        None
    ] * 4
    strange = TableProvider(engine, "nothing", Columns("web", "domain", {}))
    with pytest.raises(SourceRefused, match="does not show nothing"):
        strange.ask(Subject(domain="a.example"))


SAID = {"company": {"staff": [{"count": 120}], "city": " القاهرة ", "flag": True, "no": None}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("company.staff[0].count", "120"),
        ("company.city", "القاهرة"),
        ("company.staff[1].count", None),
        ("company.flag", None),
        ("company.no", None),
        ("company.staff", None),
        ("nothing.at.all", None),
    ],
)
def test_a_path_leads_to(path, value):
    assert find(SAID, path) == value


def ask_api(answer, subject, url="{url}/v1?d={domain}"):
    server = Faulty(answer)
    template = Template(
        url.replace("{url}", server.url), {"employees": "company.staff[0].count"}, {"X-Key": "k"}
    )
    provider = ApiProvider(open_session(ONLY_HERE, patience=HASTY), template)
    try:
        return server, provider.ask(subject)
    finally:
        server.close()


def test_an_api_is_asked_for_the_company():
    server, found = ask_api(write_answer(SAID), Subject(domain="a&b/..?.example"))
    assert found.fields == {"employees": "120"}
    assert found.method == {"employees": "company.staff[0].count"}
    ((_, request),) = server.asked
    assert request.startswith(b"GET /v1?d=a%26b%2F..%3F.example HTTP/1.1")
    assert b"X-Key: k" in request


def test_an_api_that_does_not_know_the_company_says_so():
    assert ask_api(write_answer({}, 404), Subject(domain="a.example"))[1] is None
    server, found = ask_api(write_answer(SAID), Subject(name="a"))
    assert (found, server.asked) == (None, [])


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://api.example/all", "a"),
        ("https://{domain}/x", "a"),
        ("https://api.example/{secret}", "a"),
        ("https://api.example/{domain}", "a..b"),
        ("https://api.example/{domain}", "a[x]"),
        ("https://api.example/{domain}", ""),
    ],
)
def test_an_address_or_a_path_that_cannot_be_followed_is_refused(url, path):
    with pytest.raises(InvalidTemplate):
        Template(url, {"employees": path})
