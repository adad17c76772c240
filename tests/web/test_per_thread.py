"""What Django remembers for a request is its thread's own, and no lock guards it."""

import threading

from django.urls import base as addresses
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import timezone, translation
from django.utils.translation import trans_real as languages

from counterpoise.web import wsgi  # noqa: F401 -- what it does is tried here
from many_at_once import run_at_once


def test_what_the_server_remembers_takes_no_lock():
    remembered = (languages._active, addresses._prefixes, addresses._urlconfs, timezone._active)
    assert {type(each) for each in remembered} == {threading.local}


def test_threads_keep_their_own_language_prefix_and_zone():
    """Each says its own again and again while the other does."""
    heard = {"en": set(), "ar": set()}

    def listen(language, prefix):
        translation.activate(language)
        set_script_prefix(prefix)
        with timezone.override("Asia/Riyadh" if language == "ar" else "UTC"):
            for _ in range(300):
                zone = timezone.get_current_timezone_name()
                heard[language].add((translation.get_language(), reverse("cycle:list"), zone))

    run_at_once(lambda: listen("en", "/"), lambda: listen("ar", "/plan/"))
    assert heard == {
        "en": {("en", "/cycle/", "UTC")},
        "ar": {("ar", "/plan/cycle/", "Asia/Riyadh")},
    }


def test_a_thread_that_begins_remembers_nothing_of_another():
    found = []
    with translation.override("ar"):
        set_script_prefix("/plan/")
        run_at_once(lambda: found.append((translation.get_language(), get_script_prefix())))
        set_script_prefix("/")
    assert found == [("en", "/")]
