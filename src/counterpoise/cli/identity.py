"""Customers on the command line: match records, judge pairs, merge and undo, and read the log."""

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from counterpoise.actions import customers, workspaces
from counterpoise.actions import identity as matcher
from counterpoise.actions.customers import Waiting, WantedMerge
from counterpoise.actions.workspaces import Workspace
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.collect.identity_models import Kind, read_customer
from counterpoise.store import identity_merges
from counterpoise.store.identity import Said, Word


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted of the records or customers named."""

    kind: Kind = "account"
    """The kind of records to review, undo or log."""

    verdict: Word | None = None
    """What you say of the two records; without records, later lists the pairs that were put off."""

    reason: str = ""
    """Why; a merge needs it."""

    full: Annotated[bool, Parameter(negative=())] = False
    """Compare all records and learn from them again, whatever arrived."""


NO_WISH = Wish()


class Missing(ValueError):
    """Words that the command needs and that were not written."""


def identity(
    what: Literal["match", "review", "merge", "undo", "log"] = "review",
    one: str = "",
    other: str = "",
    /,
    *,
    wish: Wish = NO_WISH,
    common: Common = DEFAULTS,
) -> None:
    """Find which records are one customer, and decide what is in doubt.

    Parameters
    ----------
    what
        match records, review pairs in doubt, merge two customers, undo a merge, or show the log.
    one
        A record for review, the customer that stays for merge, a merge's number for undo, a
        customer for log.
    other
        The other record, or the customer that goes on in the first.
    """
    workspace = workspaces.open_workspace(common.workspace)
    if what == "match":
        _match(workspace, wish, common)
    elif what == "review" and not one:
        _list_doubts(workspace, wish, common)
    elif what == "review":
        _judge(workspace, (one, other), wish, common)
    elif what == "merge":
        wanted = WantedMerge(one, other, wish.reason)
        made = customers.merge(workspace, wanted, author_id=None, now=now())
        _answer(common, {"merge": made.id}, f"{other} goes on in {one}: merge {made.id}.")
    elif what == "undo":
        if not one.isascii() or not one.isdigit():
            raise Missing("Which merge? Write its number: counterpoise identity undo 3.")
        customers.undo_merge(workspace, wish.kind, int(one), author_id=None, now=now())
        _answer(common, {"undone": int(one)}, f"Merge {one} is undone.")
    else:
        _show_log(workspace, one, wish.kind, common)


def _match(workspace: Workspace, wish: Wish, common: Common) -> None:
    with working("Matching"):
        run = matcher.match(workspace, is_full=wish.full, now=now())
    if common.json:
        print_json({"run": run.id, "build": run.build, "kinds": run.report.kinds})
        return
    rows = [
        (e.kind, e.records, e.customers, e.compared, e.created, e.joined, e.split, e.retired,
         e.to_review)
        for e in run.report.kinds
    ]  # fmt: skip
    columns = (
        "kind", "records", "customers", "compared", "created", "joined", "split", "retired",
        "to review",
    )  # fmt: skip
    print_table(f"Run {run.id} over build {run.build}", columns, rows)
    blocks = [
        (e.kind, b.block, b.pairs, b.new_pairs, b.crowded)
        for e in run.report.kinds
        for b in e.blocks
    ]
    print_table("Blocks", ("kind", "block", "pairs", "new pairs", "crowded records"), blocks)


def _list_doubts(workspace: Workspace, wish: Wish, common: Common) -> None:
    waiting: Waiting = "later" if wish.verdict == "later" else "new"
    found = customers.list_doubts(workspace, wish.kind, waiting)
    if common.json:
        print_json({"pairs": found})
        return
    rows = [
        (each.one, each.other, f"{each.likelihood:.3f}",
         ", ".join(f"{r.field} {r.level} {r.weight:+.1f}" for r in each.reasons))
        for each in found
    ]  # fmt: skip
    print_table(
        f"{len(found)} pairs in doubt", ("one", "other", "likelihood", "reasons in bits"), rows
    )


def _judge(workspace: Workspace, pair: tuple[str, str], wish: Wish, common: Common) -> None:
    if wish.verdict is None:
        raise Missing("Are the two records one? Write --verdict same, different or later.")
    doubt = customers.get_doubt(workspace, wish.kind, *pair)
    said = Said(wish.verdict, wish.reason, doubt.verdict.edition if doubt.verdict else 0)
    given = customers.review(doubt, said, author_id=None, now=now())
    _answer(common, {"verdict": given}, "It is kept, and binds the next run.")


def _show_log(workspace: Workspace, customer: str, kind: Kind, common: Common) -> None:
    found = customers.get_customer(workspace, customer) if customer else None
    kept = identity_merges.list_merges(read_customer(customer)[0] if customer else kind)
    shown = [e for e in kept if not found or {e.merge.kept, e.merge.absorbed} & set(found.parts)]
    happened = found.happened if found else ()
    if common.json:
        print_json({"merges": shown, "happened": happened})
        return
    rows = [
        (e.merge.id, e.merge.absorbed, e.merge.kept, e.reason, e.author, e.made_at, e.undone_at)
        for e in shown
    ]
    columns = ("merge", "customer", "goes on in", "reason", "by", "at", "undone at")
    print_table("Merges", columns, rows)
    if found:
        runs = [(e.run, e.happening, e.entity, e.other) for e in happened]
        print_table("Runs", ("run", "what happened", "customer", "with"), runs)


def _answer(common: Common, document: dict[str, object], sentence: str) -> None:
    if common.json:
        print_json(document)
    else:
        say(sentence)
