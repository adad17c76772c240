"""Splink on its own sets as its documentation goes about it, on the same files.

Rules and comparisons follow the examples of its pages on the two sets and were written again by
hand, so a figure here is a comparison and none that Splink publishes: its pages print no F1. Ours
is over pairs of records, at the threshold that is best for it.
"""

import numpy as np
import splink.comparison_library as cl
from identity_sets import DATA
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from counterpoise.warehouse.engine import literal, open_connection
from counterpoise.warehouse.identity.matching import MEMORY_LIMIT


def judge_documented(key: str) -> float | None:
    """None for a set that the documentation has no example of."""
    if key not in _EXAMPLES:
        return None
    rows, settings, sure, recall, training = _EXAMPLES[key]
    connection = open_connection(memory_limit=MEMORY_LIMIT)
    connection.execute(f"CREATE TABLE people AS {rows}")
    engine = DuckDBAPI(connection)
    linker = Linker(engine.register("people"), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(list(sure), recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.001).physical_name
    scored = connection.execute(
        f"SELECT match_weight AS weight, l.cluster = r.cluster AS is_one FROM {found}"
        " JOIN people AS l ON l.unique_id = unique_id_l JOIN people AS r ON r.unique_id ="
        " unique_id_r ORDER BY weight DESC"
    ).fetchnumpy()
    ((true,),) = connection.execute(
        "SELECT sum(n * (n - 1) // 2) FROM (SELECT count(*) AS n FROM people GROUP BY cluster)"
    ).fetchall()
    connection.close()
    both = np.cumsum(scored["is_one"].astype(float))
    return float((2 * both / (np.arange(1, len(both) + 1) + true)).max())


_HISTORICAL = SettingsCreator(
    link_type="dedupe_only",
    blocking_rules_to_generate_predictions=[
        block_on("first_name", "surname"),
        block_on("surname", "dob"),
        block_on("first_name", "dob"),
        block_on("postcode_fake", "first_name"),
        block_on("postcode_fake", "surname"),
        block_on("dob", "birth_place"),
        block_on("substr(postcode_fake, 1, 3)", "dob"),
        block_on("substr(postcode_fake, 1, 3)", "first_name"),
        block_on("substr(postcode_fake, 1, 3)", "surname"),
        block_on("substr(first_name, 1, 2)", "substr(surname, 1, 2)", "substr(dob, 1, 4)"),
    ],
    comparisons=[
        cl.JaroWinklerAtThresholds("first_name", [0.9, 0.7]).configure(
            term_frequency_adjustments=True
        ),
        cl.JaroWinklerAtThresholds("surname", [0.9, 0.7]).configure(
            term_frequency_adjustments=True
        ),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode_fake"),
        cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
        cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    ],
)
_FAKE = SettingsCreator(
    link_type="dedupe_only",
    blocking_rules_to_generate_predictions=[
        block_on("first_name"),
        block_on("surname"),
        block_on("dob"),
        block_on("email"),
    ],
    comparisons=[
        cl.JaroWinklerAtThresholds("first_name", [0.9, 0.7]),
        cl.JaroWinklerAtThresholds("surname", [0.9, 0.7]),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ],
)
_EXAMPLES = {
    "HISTORICAL": (
        "FROM read_parquet("
        + literal(str(DATA / "er_splink" / "historical_figures_with_errors_50k.parquet"))
        + ")",
        _HISTORICAL,
        (
            "l.first_name = r.first_name and l.surname = r.surname and l.dob = r.dob",
            (
                "substr(l.first_name, 1, 2) = substr(r.first_name, 1, 2) and l.surname = r.surname"
                " and substr(l.postcode_fake, 1, 2) = substr(r.postcode_fake, 1, 2)"
            ),
            "l.dob = r.dob and l.postcode_fake = r.postcode_fake",
        ),
        0.6,
        (block_on("first_name", "surname"), block_on("dob")),
    ),
    "FAKE": (
        f"FROM read_csv({literal(str(DATA / 'er_splink' / 'fake_1000.csv'))}, all_varchar = true)",
        _FAKE,
        (
            "l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1",
            "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
            "l.email = r.email",
        ),
        0.7,
        (block_on("first_name", "surname"), block_on("dob"), block_on("email")),
    ),
}
