"""E-mail addresses, domains, phones, countries and addresses in the one form that is compared."""

import pytest

from counterpoise.domain.collect.identity_mail import (
    fold_domain,
    fold_email,
    fold_personal_email,
)
from counterpoise.domain.collect.identity_phones import find_tail, fold_phone
from counterpoise.domain.collect.identity_places import find_country, find_house, fold_address


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("J.Doe+news@Gmail.com", "jdoe@gmail.com"),
        ("j.doe@googlemail.com", "jdoe@gmail.com"),
        ("J.Doe+news@acme.com", "j.doe+news@acme.com"),
        ("j.doe+news@outlook.com", "j.doe@outlook.com"),
        ("mailto:Jane <JANE@Acme.COM>", "jane@acme.com"),
        (" jane@acme.com. ", "jane@acme.com"),
        ("jane@مثال.السعودية", "jane@xn--mgbh0fb.xn--mgberp4a5d4ar"),
        ("jane@acme", ""),
        ("jane", ""),
        ("", ""),
        ("+@gmail.com", "+@gmail.com"),
        (f"jane@{'ü' * 70}.de", f"jane@{'ü' * 70}.de"),
    ],
    ids=lambda value: value[:30] or "nothing",
)
def test_mailbox(written, mailbox):
    assert fold_email(written) == mailbox


def test_a_mailbox_that_several_people_read_says_nothing_of_a_person():
    assert fold_personal_email("Info@acme.com") == ""
    assert fold_personal_email("jane@acme.com") == "jane@acme.com"


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("https://www.shop.acme.co.uk/about?x=1", "acme.co.uk"),
        ("ACME.com:8080", "acme.com"),
        ("jane@mail.acme.com", "acme.com"),
        ("someone@gmail.com", ""),
        ("yahoo.co.uk", ""),
        ("https://facebook.com/acme", ""),
        ("co.uk", ""),
        ("acme", ""),
        ("", ""),
    ],
    ids=lambda value: value or "nothing",
)
def test_domain(written, domain):
    assert fold_domain(written) == domain


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("+971 50 123 4567", "", "+971501234567"),
        ("00971-50-1234567", "", "+971501234567"),
        ("050 123 4567", "UAE", "+971501234567"),
        ("٠٥٠١٢٣٤٥٦٧", "الإمارات", "+971501234567"),
        ("+49 (0)30 123456", "", "+4930123456"),
        ("(212) 555-0147 ext. 12", "United States", "+12125550147"),
        ("+1 212 555 0147", "", "+12125550147"),
        ("555-0147", "", ""),
        ("12", "AE", ""),
        ("call me", "AE", ""),
        ("", "", ""),
    ],
    ids=lambda value: value or "nothing",
)
def test_phone(written, country, number):
    assert fold_phone(written, country) == number


def test_the_last_seven_digits_are_the_same_with_and_without_codes():
    assert find_tail("+1 (212) 555-0147 ext 5") == find_tail("555 0147") == "5550147"
    assert find_tail("12") == ""


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Saudi Arabia", "SA"),
        ("KSA", "SA"),
        ("المملكة العربية السعودية", "SA"),
        ("Deutschland", "DE"),
        ("de", "DE"),
        ("مصر", "EG"),
        ("U.A.E.", "AE"),
        ("Atlantis", ""),
        ("", ""),
    ],
    ids=lambda value: value or "nothing",
)
def test_country(written, code):
    assert find_country(written) == code


def test_an_address_is_the_same_with_words_spelled_out():
    assert fold_address("27 Washington St., N.") == fold_address("27 Washington Street North")


@pytest.mark.parametrize(
    ("written", "house"),
    [
        ("10001 S. Woodlawn", "10001 woodlawn"),
        ("10001 South Woodlawn Ave, First Floor", "10001 woodlawn"),
        ("Woodlawn Avenue", ""),
        ("12", ""),
        ("", ""),
    ],
    ids=lambda value: value or "nothing",
)
def test_house(written, house):
    assert find_house(written) == house
