"""Answers to writes are kept for a day, each for its owner's key."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from counterpoise.store import kept_answers
from counterpoise.store.kept_answers import KEPT_FOR, KeptAnswer, KeyUsedOtherwise

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
ANSWER = KeptAnswer(201, '{"id": 1}')


def take(owner="person:1", key="k", request="h", at=NOON):
    return kept_answers.take_key(owner, key, request, at)


@pytest.fixture
def kept(workspace_on_each_store):
    with transaction.atomic():
        assert take() is None
        kept_answers.keep_answer("person:1", "k", ANSWER)


def test_the_same_request_finds_its_answer(kept):
    with transaction.atomic():
        assert take() == ANSWER


def test_another_request_with_the_key_is_refused(kept):
    with transaction.atomic(), pytest.raises(KeyUsedOtherwise, match="new key"):
        take(request="other")


def test_another_persons_key_is_another_key(kept):
    with transaction.atomic():
        assert take(owner="person:2") is None


@pytest.mark.case("API-09")
@pytest.mark.parametrize(
    ("age", "found"),
    [
        pytest.param(KEPT_FOR - timedelta(microseconds=1), ANSWER, id="to the last moment"),
        pytest.param(KEPT_FOR, None, id="and no longer"),
    ],
)
def test_an_answer_is_kept_for_24_hours(kept, age, found):
    with transaction.atomic():
        assert take(at=NOON + age) == found


def test_what_need_not_be_kept_is_deleted(kept):
    assert kept_answers.forget_old_answers(NOON + KEPT_FOR - timedelta(seconds=1)) == 0
    assert kept_answers.forget_old_answers(NOON + KEPT_FOR) == 1


def test_a_key_whose_write_failed_is_free_again(workspace_on_each_store):
    with transaction.atomic():
        take()
        transaction.set_rollback(True)
    with transaction.atomic():
        assert take() is None
