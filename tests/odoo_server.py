"""A stand-in for Odoo, ours and small: both of its ways for programs, over a few records.

It behaves as documented: JSON-RPC answers refusals with status 200, JSON-2 with 4xx; empty is
false, a related record a pair; archived records show only where they are asked for; a user who may
not see a field is not told of it.
"""

import json
import threading
from datetime import UTC, datetime

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

DATABASE, LOGIN, KEY = "nile", "counterpoise@nile.example", "key of the tests"
FIELDS = {
    "res.partner": {
        "name": "char",
        "is_company": "boolean",
        "parent_id": "many2one",
        "website": "char",
        "city": "char",
        "country_id": "many2one",
        "user_id": "many2one",
        "email": "char",
        "phone": "char",
        "function": "char",
        "partner_share": "boolean",
        "ref_company_ids": "one2many",
        "active": "boolean",
    },
    "res.users": {
        "name": "char",
        "login": "char",
        "sale_team_id": "many2one",
        "active": "boolean",
        "tz": "selection",
        "share": "boolean",
        "partner_id": "many2one",
    },
    "crm.team": {"name": "char", "user_id": "many2one", "active": "boolean"},
    "crm.stage": {"name": "char", "is_won": "boolean"},
    "crm.lead": {
        "name": "char",
        "type": "selection",
        "partner_id": "many2one",
        "contact_name": "char",
        "email_from": "char",
        "phone": "char",
        "partner_name": "char",
        "user_id": "many2one",
        "team_id": "many2one",
        "stage_id": "many2one",
        "expected_revenue": "monetary",
        "company_currency": "many2one",
        "probability": "float",
        "date_deadline": "date",
        "date_last_stage_update": "datetime",
        "date_closed": "datetime",
        "date_open": "datetime",
        "date_conversion": "datetime",
        "lost_reason_id": "many2one",
        "active": "boolean",
    },
    "mail.activity": {
        "activity_type_id": "many2one",
        "summary": "char",
        "date_deadline": "date",
        "state": "selection",
        "user_id": "many2one",
        "res_id": "many2one_reference",
        "res_model": "char",
        "active": "boolean",
    },
    "mail.message": {"res_id": "many2one_reference", "model": "char", "date": "datetime"},
    "mail.tracking.value": {
        "field_id": "many2one",
        "mail_message_id": "many2one",
        **{f"{side}_value_char": "char" for side in ("old", "new")},
        **{f"{side}_value_integer": "integer" for side in ("old", "new")},
        **{f"{side}_value_float": "float" for side in ("old", "new")},
        **{f"{side}_value_datetime": "datetime" for side in ("old", "new")},
    },
    "ir.model.fields": {"name": "char", "model": "char"},
    "res.country": {"name": "char"},
    "res.currency": {"name": "char"},
    "crm.lost.reason": {"name": "char"},
    "mail.activity.type": {"name": "char"},
}
RELATED = {
    "parent_id": "res.partner",
    "partner_id": "res.partner",
    "country_id": "res.country",
    "user_id": "res.users",
    "team_id": "crm.team",
    "sale_team_id": "crm.team",
    "stage_id": "crm.stage",
    "company_currency": "res.currency",
    "lost_reason_id": "crm.lost.reason",
    "activity_type_id": "mail.activity.type",
    "field_id": "ir.model.fields",
    "mail_message_id": "mail.message",
}


class Refused(Exception):
    def __init__(self, name, message, status):
        super().__init__(message)
        self.name, self.message, self.status = name, message, status


class OdooServer:
    """now: the moment that it writes into records. faults: answers that are given first, each a
    werkzeug Response. hidden: fields and models that the user may not see. asked: (model, method)
    of each question. meanwhile: called before a question is answered, once."""

    def __init__(self):
        self.records = {model: {} for model in FIELDS}
        self.now = datetime(2026, 1, 4, 9, tzinfo=UTC)
        self.faults, self.hidden, self.asked, self.meanwhile = [], set(), [], []
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def create(self, model, /, **values):
        number = max(self.records[model], default=0) + 1
        moment = self.now.strftime("%Y-%m-%d %H:%M:%S")
        empty = dict.fromkeys(FIELDS[model], False) | {"active": True}
        times = {"id": number, "create_date": moment, "write_date": moment}
        self.records[model][number] = {**empty, **times, **values}
        return number

    def write(self, model, number, /, **values):
        """What is tracked of a deal is written down, as Odoo does with the default tracking."""
        record = self.records[model][number]
        for name in ("stage_id", "expected_revenue") if model == "crm.lead" else ():
            if name in values and values[name] != record[name]:
                self._track(number, name, record[name], values[name])
        record |= {**values, "write_date": self.now.strftime("%Y-%m-%d %H:%M:%S")}

    def delete(self, model, number):
        del self.records[model][number]

    def _track(self, lead, name, before, after):
        fields = self.records["ir.model.fields"]
        field = next((each["id"] for each in fields.values() if each["name"] == name), None)
        field = field or self.create("ir.model.fields", name=name, model="crm.lead")
        message = self.create(
            "mail.message",
            res_id=lead,
            model="crm.lead",
            date=self.now.strftime("%Y-%m-%d %H:%M:%S"),
        )
        kind = "integer" if name == "stage_id" else "float"
        told = {f"old_value_{kind}": before or 0, f"new_value_{kind}": after}
        self.create("mail.tracking.value", field_id=field, mail_message_id=message, **told)

    @Request.application
    def _serve(self, request):
        if self.faults:
            return self.faults.pop(0)
        said = json.loads(request.get_data())
        try:
            if request.path == "/jsonrpc":
                return self._answer_rpc(said)
            return self._answer_json2(request, said)
        except Refused as error:
            told = {"name": error.name, "message": error.message, "arguments": [error.message]}
            if request.path == "/jsonrpc":
                told = {"code": 200, "message": "Odoo Server Error", "data": told}
                return _say({"jsonrpc": "2.0", "id": said["id"], "error": told})
            return _say(told, error.status)

    def _answer_rpc(self, said):
        service, method = said["params"]["service"], said["params"]["method"]
        given = said["params"]["args"]
        if (service, method) == ("common", "authenticate"):
            result = 7 if tuple(given[:3]) == (DATABASE, LOGIN, KEY) else False
        else:
            database, user, key, model, name, arguments, named = given
            if (database, user, key) != (DATABASE, 7, KEY):
                raise Refused("odoo.exceptions.AccessDenied", "Access Denied", 403)
            result = self._call(model, name, *arguments, **named)
        return _say({"jsonrpc": "2.0", "id": said["id"], "result": result})

    def _answer_json2(self, request, said):
        _, root, version, model, method = request.path.split("/")
        assert (root, version) == ("json", "2")
        if request.headers.get("Authorization") != f"bearer {KEY}":
            raise Refused("werkzeug.exceptions.Unauthorized", "Invalid apikey", 401)
        ids = said.pop("ids", None)
        return _say(self._call(model, method, *([] if ids is None else [ids]), **said))

    def _call(self, model, method, *arguments, context=None, **named):
        self.asked.append((model, method))
        if self.meanwhile:
            self.meanwhile.pop()(method)
        if model not in FIELDS:
            raise Refused("builtins.KeyError", model, 404)
        if model in self.hidden and method != "context_get":
            raise Refused("odoo.exceptions.AccessError", f"لا يسمح لك بالوصول إلى {model}", 403)
        return getattr(self, f"_{method}")(model, *arguments, context=context or {}, **named)

    def _context_get(self, model, context):
        return {"lang": "en_US", "tz": "Africa/Cairo", "uid": 7}

    def _fields_get(self, model, context, attributes):
        own = {"id": "integer", "create_date": "datetime", "write_date": "datetime"}
        return {
            name: {"type": kind}
            for name, kind in {**FIELDS[model], **own}.items()
            if f"{model}.{name}" not in self.hidden
        }

    def _search(self, model, domain, context):
        records = list(self.records[model].values())
        if "active" in FIELDS[model] and context.get("active_test", True):
            records = [each for each in records if each["active"]]
        return sorted(
            (each for each in records if self._matches(each, list(domain))),
            key=lambda each: each["id"],
        )

    def _search_count(self, model, context, domain):
        return len(self._search(model, domain, context))

    def _search_read(self, model, *, context, domain, fields, limit=None, order="id asc"):
        assert order == "id asc"
        for name in fields:
            if f"{model}.{name}" in self.hidden:
                raise Refused("odoo.exceptions.AccessError", name, 403)
        found = self._search(model, domain, context)
        return [
            {name: self._show(name, each[name]) for name in ("id", *fields)}
            for each in found[: limit or None]
        ]

    def _write(self, model, ids, context, vals):
        for number in ids:
            if number not in self.records[model]:
                raise Refused("odoo.exceptions.MissingError", "Record does not exist", 404)
            if vals.get("probability", 0) > 100:
                raise Refused("odoo.exceptions.ValidationError", "الاحتمال بين 0 و100", 422)
            self.write(model, number, **vals)
        return True

    def _show(self, name, value):
        if name in RELATED and value:
            return [value, self.records[RELATED[name]][value].get("name") or str(value)]
        return value

    def _matches(self, record, domain):
        """Odoo's prefix notation: conditions stand side by side unless | or ! is before them."""
        kept, rest = True, domain
        while rest:
            one, rest = self._judge(record, rest)
            kept = kept and one
        return kept

    def _judge(self, record, domain):
        head, rest = domain[0], domain[1:]
        if head == "|":
            one, rest = self._judge(record, rest)
            other, rest = self._judge(record, rest)
            return one or other, rest
        name, operator, wanted = head
        return _compare(self._follow(record, name), operator, wanted), rest

    def _follow(self, record, name):
        root, _, part = name.partition(".")
        if not part:
            return record[root]
        related = self.records[RELATED[root]].get(record[root])
        return self._follow(related, part) if related else False


def _compare(value, operator, wanted):
    if operator in ("in", "not in"):
        return (value in wanted) is (operator == "in")
    if operator in ("=", "!="):
        return (value == wanted) is (operator == "=")
    if value is False:
        return False
    return {">": value > wanted, ">=": value >= wanted, "<": value < wanted, "<=": value <= wanted}[
        operator
    ]


def _say(said, status=200):
    return Response(
        json.dumps(said, ensure_ascii=False), status, content_type="application/json; charset=utf-8"
    )
