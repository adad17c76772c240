"""The same name is known again however it is written."""

import pytest

from counterpoise.domain.collect.folding import find_prefix, fold


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("StageName", "stagename"),
        ("stage_name", "stagename"),
        ("Stage Name", "stagename"),
        ("Deal - Stage", "stage"),
        ("Person - Name*", "name"),
        ("Organisation - Name", "name"),
        ("Lead - Title", "title"),
        ("property_dealname", "dealname"),
        ("Probability (%)", "probability"),
        ("Priorité", "priorite"),
        ("المرحلة", "المرحله"),
        ("مَرْحَلَة", "مرحله"),
        ("إيرادات", "ايرادات"),
        ("Q١", "q1"),
        ("---", "---"),
        ("Deal - *", "deal"),
    ],
)
def test_fold(name, folded):
    assert fold(name) == folded


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("Deal - Title", "deal"), ("Organisation - Name", "organization"), ("Deal Title", "")],
)
def test_prefix(name, prefix):
    assert find_prefix(name) == prefix
