"""How the visitor reads: the language they chose, and figures and dates written for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from hijridate import Gregorian

from counterpoise.actions import rules
from counterpoise.connectors.documents.reader import Language, Reader
from counterpoise.domain.values.text import explain
from counterpoise.store.models import User
from counterpoise.web.workplace import now

ZONE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Eyes:
    """What writes values for one visitor."""

    reader: Reader
    zone: ZoneInfo
    shows_hijri: bool = False
    theme: str = "auto"

    def in_currency(self, currency: str) -> "Eyes":
        return replace(self, reader=replace(self.reader, currency=currency))

    def day(self, day: date) -> str:
        """The Gregorian day, and the Hijri one behind it where the visitor asked for it."""
        written = self.reader.day(day)
        return f"{written} ({self._hijri(day)})" if self.shows_hijri else written

    def explain(self, error: Exception) -> str:
        """Why we refused, in the visitor's language."""
        return self.reader.say(explain(error))

    def moment(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        pattern = "d MMMM y، HH:mm" if self.reader.is_rtl else "d MMM y, HH:mm"
        written = self.reader.digits(format_datetime(local, pattern, locale=self.reader.locale))
        return f"{written} ({self._hijri(local.date())})" if self.shows_hijri else written

    def _hijri(self, day: date) -> str:
        try:
            hijri = Gregorian.fromdate(day).to_hijri()
        except OverflowError:
            return "–"  # the calendar's tables cover 1924 to 2077
        month = hijri.month_name(self.reader.language)
        era = "هـ" if self.reader.is_rtl else "AH"
        return self.reader.digits(f"{hijri.day} {month} {hijri.year} {era}")


class ReadingRequest(HttpRequest):
    """A request that knows how its visitor reads."""

    eyes: Eyes


def read_as_visitor(
    respond: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: an account's own language comes before the browser's."""

    def answer(request: HttpRequest) -> HttpResponse:
        account = request.user if isinstance(request.user, User) else None
        if account is not None and account.language in dict(settings.LANGUAGES):
            translation.activate(account.language)
            request.LANGUAGE_CODE = account.language
        cast("ReadingRequest", request).eyes = _open_eyes(account)
        response = respond(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response

    return answer


def get_eyes(request: HttpRequest) -> Eyes:
    return cast("ReadingRequest", request).eyes


def _open_eyes(account: User | None) -> Eyes:
    language: Language = "ar" if (translation.get_language() or "en").startswith("ar") else "en"
    if account is None:
        return Eyes(Reader(language, ""), ZoneInfo(settings.TIME_ZONE))
    at = now()
    return Eyes(
        Reader(language, "", account.mirrors_charts),
        _find_zone(str(settings.WORKSPACE), int(at.timestamp()) // ZONE_SECONDS),
        shows_hijri=account.shows_hijri,
        theme=account.theme,
    )


@lru_cache(maxsize=8)
def _find_zone(workspace: str, stretch: int) -> ZoneInfo:
    """The company's zone, looked up once for every stretch of time and workspace."""
    try:
        return ZoneInfo(rules.load_rulebook().get_text("company.time_zone", now().date()))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)  # a page must not fail over a wrong rule
