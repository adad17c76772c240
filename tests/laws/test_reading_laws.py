"""What holds for any table written in any dress: every cell comes back, or the file is refused."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoise.connectors.files.quotes import find_swallowing_quote, may_swallow
from counterpoise.connectors.files.reading import read_sources
from counterpoise.connectors.files.refusals import UnreadableFile
from counterpoise.domain.tables.received import Dialect

NAMES = ["أحمد", "محمد", "علي", "Ana", "José", "Müller", "Søren", "Иванов", "Ltd", "&", "Co"]
WEST = "François Müller José Núñez Åsa Søren Zoë Böhm Straße naïve O’Brien € £ – 25° Ltd ©Corp"
EAST = "Dvořák Růžička Černý Jiří Žižka Łódź Kraków Győr Szűcs Čačak Müller Ltd € –"
ARABIC = "محمد أحمد علي فاطمة عبدالله شركة القاهرة مصطفى هدى Ltd € – إبراهيم، سارة"
RUSSIAN = "Иванов Петров Сергей Ольга МОСКВА ЗАО Юрий Щербаков Ltd –"
SPOKEN = {
    "cp1252": WEST,
    "latin-1": WEST,
    "mac_roman": WEST,
    "cp437": WEST,
    "cp850": WEST,
    "cp1250": EAST,
    "iso8859_2": EAST,
    "cp1256": ARABIC,
    "iso8859_6": ARABIC,
    "cp1251": RUSSIAN,
    "koi8_r": RUSSIAN,
    "shift_jis": "田中 佐藤 鈴木 株式会社 トヨタ ソニー さくら 東京 営業 Ltd",
    "gb18030": "王伟 李娜 张敏 有限公司 上海 北京 科技 刘洋 Ltd",
    "cp1254": "Yılmaz Şahin Öztürk Çelik Işık Gül Doğan İbrahim Ltd €",
}
cell = st.one_of(
    st.sampled_from(NAMES),
    st.integers(0, 10**6).map(str),
    st.text(alphabet='abc ,;|"\n٣é', max_size=8).map(str.strip),
)
table = st.integers(2, 6).flatmap(
    lambda width: st.lists(
        st.lists(cell, min_size=width, max_size=width).filter(any), min_size=1, max_size=30
    )
)


def read(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "deals.csv")
        path.write_bytes(content)
        (received,) = read_sources([path], Path(folder))
        text = received.path.read_text("utf-8-sig")
        dialect = received.dialect
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote
        )
        return received, list(reader)


@pytest.mark.case("IMP-10")
@given(
    table,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=150, deadline=None)
def test_every_cell_comes_back(rows, delimiter, encoding, ending):
    header = [f"column {chr(97 + place)}" for place in range(len(rows[0]))]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(
        [header, *rows]
    )
    received, cells = read(out.getvalue().encode(encoding))
    assert received.columns == tuple(header)
    assert cells == [header, *rows]


@pytest.mark.case("IMP-05")
@given(st.data(), st.sampled_from(sorted(SPOKEN)))
@settings(max_examples=200, deadline=None)
def test_no_name_is_ever_garbled(data, encoding):
    names = data.draw(st.lists(st.sampled_from(SPOKEN[encoding].split()), min_size=1, max_size=60))
    lines = ["id;name", *(f"{n};{name}" for n, name in enumerate(names))]
    kept = [line for line in lines if encodable(line, encoding)]
    written = "\n".join(kept) + "\n"
    try:
        _, cells = read(written.encode(encoding))
    except UnreadableFile:
        return
    assert [";".join(row) for row in cells] == kept


def encodable(line, encoding):
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.case("IMP-10")
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"PAR1", b"PK\x03\x04", b"\x1f\x8b", b"a,b\n"])
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(content, start):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.csv")
        path.write_bytes(start + content)
        try:
            received = read_sources([path], Path(folder))
        except UnreadableFile as error:
            said = str(error)
        else:
            said = "x.csv"
            assert all(each.columns for each in received)
        assert "x.csv" in said


@pytest.mark.soak
@given(st.binary(max_size=2000))
@settings(max_examples=20_000, deadline=None)
def test_any_bytes_are_read_or_refused_soak(content):
    test_any_bytes_are_read_or_refused.hypothesis.inner_test(content, b"a,b\n")


@given(st.lists(st.text(alphabet='a,"\n', max_size=12), max_size=400))
@settings(max_examples=150, deadline=None)
def test_what_swallows_is_never_missed_by_the_quick_look(pieces):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.csv")
        path.write_text("h,i\n" + "".join(pieces), "utf-8")
        if find_swallowing_quote(path, Dialect(",", '"', 1)) is not None:
            assert may_swallow(path, '"')
