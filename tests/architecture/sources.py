"""Reads the source tree and says where it does what may open a door: our own rules of safe code.

Each rule has the places where somebody looked and found it right; anywhere else it is a finding.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REVIEWED = {
    "marks text as safe HTML": {
        "connectors/documents/page.py",  # our own style sheet
        "connectors/documents/pack.py",  # the same
        "connectors/documents/reader.py",  # after escaping every value
        "connectors/documents/tags.py",  # drawings of vl-convert, which escapes their text
    },
    "takes a form without its token": {
        "web/api/door.py",  # a session opens nothing there
        "web/api/arriving.py",  # nor there: whoever sends signs what is sent
    },
    "reaches rows past the store": {
        "web/background/recovery.py"
    },  # the table of django-tasks, not ours
    "writes SQL past the models": {"store/upgrade.py"},  # a lock of PostgreSQL's, no input
    "runs a program": {  # our own modules, no shell
        "actions/challengers.py",  # for the plug-ins that the operator's environment names
        "web/server.py",
        "web/background/supervisor.py",
    },
    "speaks to the network": {  # both judge each address before it is connected to (decision 8)
        "cli/workspace.py",  # looks whether a port is free, and connects to nothing
        "connectors/enrichment/api.py",  # names the session that http.py opens
        "connectors/enrichment/page.py",  # names the session that http.py opens
        "connectors/letters/outgoing.py",  # the mail server that whoever runs it names, over TLS
        "connectors/odoo/client.py",  # names the session that http.py opens
        "connectors/sources/asking.py",  # asks through what http.py opens
        "connectors/sources/http.py",
        "connectors/sources/reach.py",
        "connectors/sources/tokens.py",  # names the session that http.py opens
        "connectors/tryton/client.py",  # names the session that http.py opens
    },
    "keeps a number that is not exact": set(),
    "unpacks objects": set(),
    "draws what can be guessed": {"web/patience.py"},  # how long to wait before another try
    "hashes too weakly": set(),
}
NETWORK = {"requests", "httpx", "urllib3", "aiohttp", "socket", "smtplib", "ftplib", "telnetlib"}
UNPACKING = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml"}
WEAK = {"md5", "sha1", "md4", "new"}
AMOUNTS = re.compile(r"amount|price|cost|revenue|money|quota|statistical|effect|rate", re.I)
SUPPRESSED = re.compile(r"#\s*noqa:\s*(S\d{3}(?:,\s*S\d{3})*)(?!.*--)")
UNSAFE_TEMPLATE = re.compile(
    r"\|\s*(safe|safeseq)\b|autoescape\s+off|<script(?![^>]*\ssrc=)|\son\w+="
)
UNSAFE_SCRIPT = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|localStorage"
    r"|sessionStorage|indexedDB|document\.cookie|postMessage)"
)
ELSEWHERE = re.compile(
    r"""(?:src|href|action|url\(|@import|from)\s*=?\s*\(?["']?((?:https?:)?//[\w.-]+)"""
)


def find_breaches(source: Path) -> list[str]:
    """`source` is the folder of the package."""
    breaches = []
    for path in sorted(source.rglob("*")):
        place = path.relative_to(source).as_posix()
        if path.suffix == ".py" and path.parent.name != "migrations":
            breaches += _check_module(place, path.read_text("utf-8"))
        if path.suffix in {".html", ".css", ".js", ".svg", ".txt"} and "fonts" not in path.parts:
            breaches += _check_shown(place, path.read_text("utf-8"))
    return breaches


def _check_module(place: str, written: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(written)):
        for rule in _break_rules(node, place):
            if place not in REVIEWED[rule]:
                yield f"{place}:{getattr(node, 'lineno', 0)} {rule}"
    for number, line in enumerate(written.splitlines(), 1):
        if found := SUPPRESSED.search(line):
            yield f"{place}:{number} silences {found[1]} without a reason"


def _break_rules(node: ast.AST, place: str) -> Iterator[str]:
    modules = _list_imported(node)
    if modules & NETWORK or {"urllib.request", "http.client"} & modules:
        yield "speaks to the network"
    if modules & UNPACKING:
        yield "unpacks objects"
    if "random" in modules and place.startswith(("web/", "store/")):
        yield "draws what can be guessed"
    if {"hashlib.md5", "hashlib.sha1"} & modules or _is_hashing_weakly(node):
        yield "hashes too weakly"
    if "subprocess" in modules:
        yield "runs a program"
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name == "mark_safe" and isinstance(node.ctx, ast.Load):
            yield "marks text as safe HTML"
        if name == "csrf_exempt":
            yield "takes a form without its token"
        if name == "objects" and not place.startswith("store/"):
            yield "reaches rows past the store"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        is_sql = node.func.attr in {"raw", "extra", "cursor", "RunSQL"}
        if is_sql and not place.startswith("warehouse/"):
            yield "writes SQL past the models"
    if isinstance(node, ast.Assign) and _is_inexact(node):
        yield "keeps a number that is not exact"


def _is_hashing_weakly(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "hashlib"
        and node.attr in WEAK
    )


def _list_imported(node: ast.AST) -> set[str]:
    """The modules that a statement imports, with those that hold them."""
    if isinstance(node, ast.Import):
        whole = [each.name for each in node.names]
    elif isinstance(node, ast.ImportFrom):
        whole = [node.module or "", *(f"{node.module}.{each.name}" for each in node.names)]
    else:
        return set()
    return {*whole, *(each.partition(".")[0] for each in whole)}


def _is_inexact(node: ast.Assign) -> bool:
    """A column of money as a float, or as Django's decimal, which SQLite keeps as a float."""
    (target, *_), value = node.targets, node.value
    called = (
        value.func.attr
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)
        else ""
    )
    return (
        isinstance(target, ast.Name)
        and called in {"FloatField", "DecimalField"}
        and bool(AMOUNTS.search(target.id))
    )


def _check_shown(place: str, written: str) -> Iterator[str]:
    for number, line in enumerate(written.splitlines(), 1):
        if place.endswith(".html") and (found := UNSAFE_TEMPLATE.search(line)):
            yield f"{place}:{number} shows {found[0].strip()}"
        if place.endswith(".js") and (found := UNSAFE_SCRIPT.search(line)):
            yield f"{place}:{number} uses {found[0]}"
        if found := ELSEWHERE.search(line):
            yield f"{place}:{number} loads from {found[1]}"


SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*\S{20}"),
    "an AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{50}"),
    "a Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{20}|hooks\.slack\.com/services/T\w{8}"),
    "a Stripe key": re.compile(r"\b[rs]k_live_[0-9A-Za-z]{20}"),
    "a Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a Salesforce session": re.compile(r"\b00D[0-9A-Za-z]{12}![0-9A-Za-z._]{60}"),
    "a token of ours": re.compile(r"\bcp_[0-9A-Za-z_-]{40,}"),
    "a JSON web token": re.compile(r"\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}"),
    "a password in an address": re.compile(r"\b(?:postgres(?:ql)?|https?)://\w+:(?!password@)[^\s@/\"'{]{6,}@"),
    "a password in a setting": re.compile(
        r"""(?i)\b\w*(?:secret_key|passwd|password|api_?key|client_secret)\s*[:=]\s*["'](?=[^"']*\d)[A-Za-z0-9+/_-]{20,}["']"""
    ),
}  # fmt: skip


def find_secrets(written: str) -> list[str]:
    """The kinds of secrets that stand in a text."""
    return [kind for kind, pattern in SECRETS.items() if pattern.search(written)]
