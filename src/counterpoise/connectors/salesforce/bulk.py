"""Reads much at once: a query job of Bulk API 2.0, its results page by page as columns of text."""

import io
import time
from collections.abc import Iterator

import pyarrow as pa
from pyarrow import csv

from counterpoise.connectors.salesforce.client import Client
from counterpoise.connectors.sources.asking import Answer
from counterpoise.connectors.sources.paging import Pages
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.domain.values.text import text

FEWEST_ROWS, FIRST_ROWS, MOST_ROWS = 100, 2_000, 10_000
BYTES_A_PAGE = 16 << 20
"""What a page is to come to: records with long notes come fewer at a time."""
LONGEST_JOB_SECONDS = 7_200.0
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.25, 10.0
_GONE = ("Aborted", "Failed")


def read_bulk(client: Client, soql: str, *, is_all: bool = False) -> Iterator[pa.Table]:
    """One page is held at a time. The job is deleted at the end, however it ends."""
    job = client.post(
        "jobs/query",
        {
            "operation": "queryAll" if is_all else "query",
            "query": soql,
            "contentType": "CSV",
            "columnDelimiter": "COMMA",
            "lineEnding": "LF",
        },
    )
    path = f"jobs/query/{job['id']}"
    try:
        _await(client, path)
        yield from _read_pages(client, path)
    finally:
        client.delete(path)


def _await(client: Client, path: str) -> None:
    wait, ends = _FIRST_WAIT_SECONDS, time.monotonic() + LONGEST_JOB_SECONDS
    while (job := client.get(path))["state"] != "JobComplete":
        if job["state"] in _GONE:
            raise SourceRefused(
                text(
                    "Salesforce gave up the reading that we asked for: {said}",
                    said=str(job.get("errorMessage") or job["state"]),
                )
            )
        if time.monotonic() > ends:
            raise SourceUnreachable(
                text(
                    "Salesforce has not finished the reading that we asked for after {hours} hours."
                    " The next refresh tries again.",
                    hours=round(LONGEST_JOB_SECONDS / 3600),
                )
            )
        time.sleep(wait)
        wait = min(wait * 1.6, _LONGEST_WAIT_SECONDS)


def _read_pages(client: Client, path: str) -> Iterator[pa.Table]:
    pages, locator, header, most = Pages(path), "", b"", FIRST_ROWS
    while True:
        asked = {"maxRecords": str(most), **({"locator": locator} if locator else {})}
        answer = client.get_bytes(f"{path}/results", **asked)
        header = header or answer.content.partition(b"\n")[0]
        page = _read_page(answer, header)
        most = _choose_most(page.num_rows, len(answer.content))
        yield page
        locator = answer.headers.get("sforce-locator", "null")
        if locator == "null":
            return
        pages.go_to(locator)


def _choose_most(rows: int, size: int) -> int:
    fitting = BYTES_A_PAGE * rows // max(size, 1)
    return min(max(fitting, FEWEST_ROWS), MOST_ROWS)


def _read_page(answer: Answer, header: bytes) -> pa.Table:
    """Raises SourceUnreachable where the page does not hold the records that it says it does."""
    names = csv.read_csv(io.BytesIO(header + b"\n")).column_names
    content = answer.content
    body = content[len(header) + 1 :] if content.startswith(header) else content
    try:
        page = _parse(body, names)
    except pa.ArrowInvalid as error:
        raise _broken(answer) from error
    stated = answer.headers.get("sforce-numberofrecords")
    if stated is not None and int(stated) != page.num_rows:
        raise _broken(answer)
    return page


def _parse(body: bytes, names: list[str]) -> pa.Table:
    if not body:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    return csv.read_csv(
        io.BytesIO(body),
        read_options=csv.ReadOptions(column_names=names, block_size=len(body) + 1),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _broken(answer: Answer) -> SourceUnreachable:
    return SourceUnreachable(
        text(
            "A page of Salesforce's answer does not hold the {rows} records that it announces."
            " Nothing of this reading was kept; the next refresh tries again.",
            rows=answer.headers.get("sforce-numberofrecords", "?"),
        )
    )
