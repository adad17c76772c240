"""What a page shows: its text, the rows of a table, what stands in a field of a form."""

import re
from html import unescape


def text_of(page):
    return _strip(page.content.decode())


def rows_of(page, table):
    """The rows of a table as shown, each a list of written cells."""
    html = page.content.decode()
    start = html.index(f'<section class="table" id="{table}">')
    body = html[start : html.index("</section>", start)].partition("<tbody>")[2]
    return [
        [_strip(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    ]


def field_of(page, name):
    """What a field holds; None where the page has no such field or nothing is chosen."""
    html = page.content.decode()
    if area := re.search(rf'<textarea name="{name}"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL):
        return unescape(area[1])
    if choice := re.search(rf'<select name="{name}".*?</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', choice[0])
        return unescape(chosen[1]) if chosen else None
    if (field := re.search(rf'<input [^>]*name="{name}"[^>]*>', html)) is None:
        return None
    value = re.search(r'value="([^"]*)"', field[0])
    return unescape(value[1]) if value else ""


def _strip(html):
    without_code = re.sub(r"<(style|script|svg).*?</\1>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", without_code))).strip()
