"""Finds English on a page for a reader of Arabic: runs of words that nobody translated."""

import re
from html.parser import HTMLParser

LEFT_ALONE = {"script", "style", "code", "pre", "textarea"}
"""What a page does not say in words, quotes letter by letter, or keeps as its reader wrote it."""
SPOKEN = ("aria-label", "title", "alt", "placeholder")
RUN = re.compile(r"(?<![\w./@-])[A-Za-z]{1,20}(?:[ ,;:'’]+[A-Za-z]{1,20}){3,}(?![\w/@-])")
"""Four words or more of Latin letters, with nothing between them that a code has."""


class Reading(HTMLParser):
    """The words that a page says, each part of its own, without those marked as English."""

    def __init__(self):
        super().__init__()
        self.said, self.silent = [], []

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if self.silent:
            self.silent += [tag] if tag == self.silent[0] else []
        elif tag in LEFT_ALONE or known.get("lang") == "en":
            self.silent = [tag]
        else:
            self.said += [known[each] for each in SPOKEN if known.get(each)]

    def handle_endtag(self, tag):
        if self.silent and tag == self.silent[0]:
            self.silent.pop()

    def handle_data(self, said):
        if not self.silent:
            self.said.append(said)


def find_english(written):
    """Every run of English words on a page, which is given as written."""
    reading = Reading()
    reading.feed(written)
    assert 'lang="ar"' in written[:600], "the page is Arabic"
    return [run for said in reading.said for run in RUN.findall(" ".join(said.split()))]
