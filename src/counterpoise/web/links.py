"""Addresses that the pages of several steps lead to."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language

from counterpoise.domain.values.rights import Visitor
from counterpoise.web import access


def get_page_language() -> str:
    """The language of the page, as the addresses of documents spell it."""
    return (get_language() or "en")[:2]


def link_rule(key: str, subject: str) -> str:
    """The rule's page: its history, and the form to change it for who may."""
    return f"{reverse('rulebook:rule')}?{urlencode({'key': key, 'subject': subject})}"


def link_report(visitor: Visitor, run_id: str, language: str = "") -> str:
    """A run's report, in the page's language if none is said; empty for whom it is hidden from."""
    if not access.may_open(visitor, "cycle:report"):
        return ""
    return reverse("cycle:report", args=[run_id, language or get_page_language()])
