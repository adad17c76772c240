"""Who reads Arabic is refused in Arabic: on a form, after an upload, by a worker."""

import gzip

import pytest

from english import find_english
from kept_forecast import PERIOD, keep_build, write_october
from kept_plans import keep_planned_run
from people import make_person, sign_in
from web.uploading import MB, file_of, send, work_off

EARLY = "2024-Q1"
"""Before the first deal."""
ARABIC = "demand.min_closed_deals و"
PAGE = '<html lang="ar"><body>{}</body></html>'
RULE = {
    "key": "action.limit",
    "subject": "",
    "replaces": 0,
    "value": "12",
    "effective_from": "2026-10-01",
    "source": "مجلس المبيعات",
}
SCENARIO = {"name": "Calm", "demand": "base", "note": "", "edition": 0, "rule-0": "", "value-0": ""}
OVERRIDE = {
    "amount": "7000",
    "reason": "large_deal",
    "comment": "رسالة",
    "replaces": "",
    "seen": "7000",
}
CELL = "measure=won_revenue&month=2026-10&region=Gulf"


@pytest.fixture
def omar(workspace):
    return sign_in(make_person("operations"), accept_language="ar")


def read(answer, status):
    page = answer.content.decode()
    assert (answer.status_code, find_english(page)) == (status, [])
    return page


@pytest.mark.parametrize(
    ("path", "sent", "status", "said"),
    [
        pytest.param(
            "/rulebook/rule/change", RULE | {"value": "twelve"}, 422, "twelve", id="a rule in words"
        ),
        pytest.param(
            "/rulebook/rule/change",
            RULE | {"key": "company.time_zone", "value": "Mars/Base"},
            422,
            "Mars/Base",
            id="a zone that is nowhere",
        ),
        pytest.param(
            "/rulebook/rule/change",
            RULE | {"key": "exchange_rate", "subject": "EUR", "value": "none"},
            422,
            "none",
            id="a rate that is no number",
        ),
        pytest.param(
            f"/reconcile/{PERIOD}/scenarios/make",
            SCENARIO | {"name": "!!"},
            422,
            "!!",
            id="a scenario's name",
        ),
        pytest.param(
            f"/reconcile/{PERIOD}/scenarios/make",
            SCENARIO | {"rule-0": "pool.wage | Gulf", "value-0": "much"},
            422,
            "much",
            id="a scenario's change",
        ),
        pytest.param(
            f"/execute/{PERIOD}/state/A1",
            {"state": "dropped", "edition": 0},
            422,
            "الدورة التالية",
            id="an action dropped without a word",
        ),
        pytest.param(
            "/comments/",
            {"subject": f"action:{PERIOD}:A1", "text": " ", "next": "/cycle/"},
            422,
            "",
            id="an empty comment",
        ),
        pytest.param(
            f"/demand/{PERIOD}/cell/override?{CELL}",
            OVERRIDE | {"amount": "7000.001"},
            422,
            "",
            id="an override by parts of a cent",
        ),
        pytest.param(
            "/cycle/run", {"period": "2026-Q9", "as_of": "", "key": "k"}, 422, "2026-Q9", id="a run"
        ),
    ],
)
def test_a_form_is_refused_in_arabic(omar, path, sent, status, said):
    keep_planned_run()
    assert said in read(omar.post(path, sent), status)


def test_a_scenario_s_name_that_is_taken_is_refused_in_arabic(omar):
    keep_planned_run()
    assert omar.post(f"/reconcile/{PERIOD}/scenarios/make", SCENARIO).status_code == 302
    assert "Calm" in read(omar.post(f"/reconcile/{PERIOD}/scenarios/make", SCENARIO), 422)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        pytest.param(
            gzip.compress(bytes(100 * MB)), "deals.csv.gz", "deals.csv.gz", id="one that bursts"
        ),
        pytest.param(b"a,b\n" + b"\x80\x81\xfe\xff,1\n" * 9, "x.csv", "x.csv", id="no letters"),
        pytest.param(b"a;b\n1,2\n\x00\n", "y.csv", "y.csv", id="a null byte"),
    ],
)
def test_a_file_is_refused_in_arabic_by_whoever_met_it(workspace, omar, content, name, said):
    answer = send(omar, file_of(content, name))
    if answer.status_code == 302:
        (job,) = work_off(workspace)
        assert job.state == "failed"
        answer = omar.get(answer.url)
    page = answer.content.decode()
    assert find_english(page) == []
    assert said in page


def test_files_that_are_refused_together_are_all_told_in_arabic(workspace, omar):
    sent = send(
        omar,
        file_of(gzip.compress(bytes(100 * MB)), "one.csv.gz"),
        file_of(gzip.compress(bytes(100 * MB)), "two.csv.gz"),
    )
    work_off(workspace)
    page = read(omar.get(sent.url), 200)
    assert "one.csv.gz" in page
    assert "two.csv.gz" in page


def test_an_upload_without_a_file_is_refused_in_arabic(omar):
    read(omar.post("/collect/upload/", {}), 422)


def test_steps_that_give_no_answer_say_why_in_arabic(workspace, omar):
    keep_build()
    write_october(workspace)
    omar.post("/cycle/run", {"period": EARLY, "as_of": "2023-12-31", "key": "one"})
    (job,) = work_off(workspace)
    assert (job.state, job.failure) == ("done", "")
    for path in ("cycle/", f"demand/{EARLY}/", f"supply/{EARLY}/", f"reconcile/{EARLY}/"):
        page = read(omar.get(f"/{path}"), 200)
        assert ('class="notice' in page, ARABIC in page) == (True, True), path


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param("<p>The disk is full now</p>", ["The disk is full now"], id="a sentence"),
        pytest.param("<bdi>Write a number now</bdi>", ["Write a number now"], id="bdi"),
        pytest.param('<a aria-label="Open the next page">التالي</a>', ["Open the next page"],
                     id="spoken"),
        pytest.param("<p>كتاب <code>one two three four</code></p>", [], id="code"),
        pytest.param('<a lang="en"><b>one two</b> three four five six</a>', [], id="said to be"),
        pytest.param("<p>قيمة pool.wage في Gulf Atlas</p>", [], id="names"),
    ],
)  # fmt: skip
def test_english_on_an_arabic_page_is_noticed(written, found):
    assert find_english(PAGE.format(written)) == found
