"""Every text that a person may read has its Arabic, with the same places and all plural forms."""

import re
from string import Formatter

import pytest

import messages

WANTED = messages.extract()
CATALOGUE = messages.read_catalogue()
PLACE = re.compile(r"%\((\w+)\)s")
ARABIC = re.compile(r"[\u0600-\u06ff]")
SAME_IN_BOTH = {
    *("API", "IANA", "{title} ({key})", "{value} {unit} ({source})", "{one}\n{other}"),
    *("{value}", "{trait}: {value} (× {times})"),
}


def list_pairs():
    """Every message's English (its plural, where it has one) with each form of its Arabic."""
    for message in CATALOGUE:
        if message.id:
            english = message.id[-1] if message.pluralizable else message.id
            forms = message.string if message.pluralizable else (message.string,)
            yield english, forms


def test_nothing_is_left_in_english():
    missing = messages.find_untranslated(WANTED, CATALOGUE)
    assert missing == [], "run `make messages`, then translate these in locale/ar"


def test_every_text_is_written_whole_where_it_can_be_found():
    assert messages.find_unreadable() == []


def test_a_text_put_together_at_run_time_is_noticed(tmp_path):
    (tmp_path / "a.py").write_text('text("Seen " + what)\nwhy = "Whole"\ntext(why)', "utf-8")
    assert messages.find_unreadable(tmp_path) == ["a.py:1"]


def test_the_catalogue_holds_nothing_that_is_gone():
    wanted = {(message.context, str(message.id)) for message in WANTED if message.id}
    assert [m.id for m in CATALOGUE if m.id and (m.context, str(m.id)) not in wanted] == []


def test_the_compiled_catalogue_is_the_written_one(tmp_path):
    messages.write(messages.read_catalogue(), tmp_path / "django.po")
    assert (tmp_path / "django.mo").read_bytes() == messages.CATALOGUE.with_suffix(
        ".mo"
    ).read_bytes()


def test_translations_keep_the_places_of_their_texts():
    def places(written):
        try:
            named = {name for _, name, _, _ in Formatter().parse(written) if name is not None}
        except ValueError:
            named = set()
        return named | set(PLACE.findall(written))

    wrong = [
        (english, form)
        for english, forms in list_pairs()
        for form in forms
        if len(forms) == 1 and places(english) != places(form)
    ]
    assert wrong == []


def test_translations_are_arabic():
    wrong = [
        form
        for english, forms in list_pairs()
        for form in forms
        if english not in SAME_IN_BOTH and not ARABIC.search(form)
    ]
    assert wrong == []


def test_arabic_has_six_plural_forms():
    assert CATALOGUE.num_plurals == 6


@pytest.mark.parametrize(
    ("number", "written"),
    [
        pytest.param(1, "رُبحت صفقة واحدة.", id="one"),
        pytest.param(2, "رُبحت صفقتان.", id="two"),
        pytest.param(7, "رُبحت 7 صفقات.", id="three to ten"),
        pytest.param(45, "رُبحت 45 صفقة.", id="eleven to ninety-nine"),
        pytest.param(100, "رُبحت 100 صفقة.", id="a hundred"),
    ],
)
def test_counting_in_arabic(number, written):
    from django.utils import translation

    with translation.override("ar"):
        template = translation.ngettext(
            "%(written)s deal was won.", "%(written)s deals were won.", number
        )
    assert template % {"written": number} == written


@pytest.mark.parametrize(
    ("file", "written"),
    [
        pytest.param("a.py", 'text("Seen " "twice {n}", n=1)', id="a text of the domain"),
        pytest.param(
            "d.py",
            'KNOWN = {1: ("Seen " "twice {n}")}\ntext(KNOWN[1], n=2)',
            id="a text in a table",
        ),
        pytest.param("e.py", 'mark("Seen twice {n}")', id="a marked text"),
        pytest.param("b.html", "  {% translate 'Seen twice {n}' %}\n </p>", id="a template's tag"),
        pytest.param(
            "rulebook/c.toml", '[[rule]]\nsource = "Seen twice {n}"', id="a rule's source"
        ),
    ],
)
def test_a_new_text_is_noticed(tmp_path, file, written):
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(written, "utf-8")
    found = messages.extract(tmp_path)
    assert messages.find_untranslated(found, CATALOGUE) == ["Seen twice {n}"]
