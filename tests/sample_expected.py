"""What examples/expected says of the sample company: `python -m tests.sample_expected` writes it.

Counts and sums only: files are the same to the byte on one machine, while another processor may
round the last digit of a logarithm otherwise.
"""

import csv
import io
import tempfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

from counterpoise.actions.samples import write_sample

EXAMPLES = Path(__file__).parents[1] / "examples"
SCALE, SEED = 1, 7


def summarise(folder):
    """Name and content of every file of examples/ that is made from the sample in `folder`."""
    return {
        "rulebook.toml": (folder / "rulebook.toml").read_text("utf-8"),
        "expected/rows.csv": _write(("file", "rows"), _count_rows(folder / "export")),
        "expected/faults.csv": _write(
            ("table", "attribute", "rule", "kind", "rows"), _count_faults(folder / "truth")
        ),
        "expected/won.csv": _write(("status", "deals", "amount"), _sum_deals(folder)),
        "expected/future.csv": _write(
            ("month", "won_deals", "won_revenue"), _sum_future(folder / "truth")
        ),
    }


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _count_rows(export):
    return [(path.name, len(read(path))) for path in sorted(export.iterdir())]


def _count_faults(truth):
    names = ("table", "attribute", "rule", "kind")
    counted = Counter(tuple(row[name] for name in names) for row in read(truth / "faults.csv"))
    return [(*key, rows) for key, rows in sorted(counted.items())]


def _sum_deals(folder):
    """By status, with amounts as they would be without a planted fault."""
    truth = {
        row["key"]: row["truth"]
        for row in read(folder / "truth" / "faults.csv")
        if (row["table"], row["attribute"]) == ("opportunity", "amount")
    }
    deals, amounts = Counter(), defaultdict(Decimal)
    for row in read(folder / "export" / "opportunities.csv"):
        deals[row["Deal - Status"]] += 1
        amounts[row["Deal - Status"]] += Decimal(truth.get(row["Deal - ID"], row["Deal - Value"]))
    return [(status, deals[status], amounts[status]) for status in sorted(deals)]


def _sum_future(truth):
    won, revenue = Counter(), defaultdict(Decimal)
    for row in read(truth / "future_by_month.csv"):
        won[row["month"]] += int(row["won_deals"])
        revenue[row["month"]] += Decimal(row["won_revenue"])
    return [(month, won[month], revenue[month]) for month in sorted(won)]


def _write(header, rows):
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([header, *rows])
    return written.getvalue()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), scale=SCALE, seed=SEED)
        for name, content in summarise(Path(folder)).items():
            path = EXAMPLES / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
            print(path.relative_to(EXAMPLES.parent))
