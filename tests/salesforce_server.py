"""A stand-in for Salesforce, small and with a memory, that answers as its documentation says.

REST query with pages, describe with field-level security, Bulk API 2.0 query jobs, sObject
collections, OAuth by refresh token and by the app's own user. `break_next` makes an answer fail.
"""

import csv
import io
import json
import re
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import EnvironBuilder

REST_PAGE = 2_000
BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
ID, TEXT, TIME, DAY, FLAG = "id", "string", "datetime", "date", "boolean"
MONEY, SHARE, NUMBER, LINK = "currency", "percent", "double", "reference"
RECORD = {"Id": ID, "CreatedDate": TIME, "LastModifiedDate": TIME, "SystemModstamp": TIME}
KEPT = {**RECORD, "IsDeleted": FLAG}
MERGED = {**KEPT, "MasterRecordId": LINK}
SCHEMA = {
    "User": {**RECORD, "Name": TEXT, "Email": TEXT, "ManagerId": LINK, "UserRoleId": LINK}
    | {"Title": TEXT, "IsActive": FLAG, "UserType": TEXT, "TimeZoneSidKey": TEXT},
    "UserRole": {"Id": ID, "Name": TEXT, "ParentRoleId": LINK, "SystemModstamp": TIME},
    "Territory2": {"Id": ID, "Name": TEXT, "ParentTerritory2Id": LINK, "SystemModstamp": TIME},
    "Account": {**MERGED, "Name": TEXT, "Website": TEXT, "Industry": TEXT, "OwnerId": LINK}
    | {"BillingCity": TEXT, "BillingCountry": TEXT, "BillingAddress": "address"}
    | {"AnnualRevenue": MONEY, "NumberOfEmployees": "int", "ParentId": LINK},
    "Contact": {**MERGED, "AccountId": LINK, "FirstName": TEXT, "LastName": TEXT, "Email": TEXT}
    | {"Phone": TEXT, "Title": TEXT, "OwnerId": LINK},
    "Lead": {**MERGED, "FirstName": TEXT, "LastName": TEXT, "Email": TEXT, "Company": TEXT}
    | {"Status": TEXT, "LeadSource": TEXT, "OwnerId": LINK, "IsConverted": FLAG}
    | {"ConvertedDate": DAY, "ConvertedOpportunityId": LINK},
    "Product2": {**KEPT, "Name": TEXT, "ProductCode": TEXT, "Family": TEXT, "IsActive": FLAG},
    "Opportunity": {**KEPT, "Name": TEXT, "AccountId": LINK, "OwnerId": LINK, "StageName": TEXT}
    | {"IsClosed": FLAG, "IsWon": FLAG, "Amount": MONEY, "CurrencyIsoCode": TEXT}
    | {"Probability": SHARE, "ForecastCategoryName": TEXT, "CloseDate": DAY, "LeadSource": TEXT}
    | {"Type": TEXT, "NextStep": TEXT, "LastStageChangeDate": TIME, "Weighted__c": MONEY}
    | {"Score__c": NUMBER, "Counterpoise_Key__c": TEXT},
    "OpportunityHistory": {"Id": ID, "OpportunityId": LINK, "CreatedById": LINK}
    | {"CreatedDate": TIME, "SystemModstamp": TIME, "StageName": TEXT, "Amount": MONEY}
    | {"CloseDate": DAY, "Probability": SHARE, "ForecastCategory": TEXT, "IsDeleted": FLAG},
    "OpportunityFieldHistory": {"Id": ID, "OpportunityId": LINK, "CreatedById": LINK}
    | {"CreatedDate": TIME, "Field": TEXT, "DataType": TEXT, "OldValue": "anyType"}
    | {"NewValue": "anyType", "IsDeleted": FLAG},
    "OpportunityStage": {"Id": ID, "ApiName": TEXT, "MasterLabel": TEXT, "IsClosed": FLAG}
    | {"IsWon": FLAG, "SystemModstamp": TIME},
    "OpportunityLineItem": {**KEPT, "OpportunityId": LINK, "Product2Id": LINK, "Quantity": NUMBER}
    | {"UnitPrice": MONEY, "Discount": SHARE, "TotalPrice": MONEY},
    "Task": {**KEPT, "WhoId": LINK, "WhatId": LINK, "AccountId": LINK, "OwnerId": LINK}
    | {"Subject": TEXT, "Type": TEXT, "TaskSubtype": TEXT, "Status": TEXT, "ActivityDate": DAY}
    | {"CompletedDateTime": TIME, "CallType": TEXT, "CallDurationInSeconds": "int"}
    | {"IsArchived": FLAG},
    "Event": {**KEPT, "WhoId": LINK, "WhatId": LINK, "AccountId": LINK, "OwnerId": LINK}
    | {"Subject": TEXT, "Type": TEXT, "StartDateTime": TIME, "DurationInMinutes": "int"}
    | {"IsArchived": FLAG},
    "ForecastingQuota": {**RECORD, "QuotaOwnerId": LINK, "QuotaAmount": MONEY, "IsAmount": FLAG}
    | {"StartDate": DAY, "PeriodId": LINK, "ForecastingTypeId": LINK},
    "Period": {"Id": ID, "StartDate": DAY, "EndDate": DAY, "SystemModstamp": TIME},
    "Case": {**KEPT, "AccountId": LINK, "ContactId": LINK, "Subject": TEXT, "Status": TEXT}
    | {"Priority": TEXT, "OwnerId": LINK, "ClosedDate": TIME},
    "Campaign": {**KEPT, "Name": TEXT, "Type": TEXT, "StartDate": DAY},
}
PREFIX = {"User": "005", "UserRole": "00E", "Territory2": "0MI", "Account": "001"}
PREFIX |= {"Contact": "003", "Lead": "00Q", "Product2": "01t", "Opportunity": "006"}
PREFIX |= {"OpportunityHistory": "008", "OpportunityFieldHistory": "017", "Task": "00T"}
PREFIX |= {"OpportunityStage": "01J", "OpportunityLineItem": "00k", "Event": "00U"}
PREFIX |= {"ForecastingQuota": "0J9", "Period": "026", "Case": "500", "Campaign": "701"}
PARENT = {"Manager": ("ManagerId", "User"), "Period": ("PeriodId", "Period")}
FORMULAS = {"Weighted__c": lambda row: (row["Amount"] or 0) * (row["Probability"] or 0) / 100}
STAGES = {"Prospecting": 10, "التفاوض": 60, "Closed Won": 100, "Closed Lost": 0}
SNAPSHOT = ("StageName", "Amount", "CloseDate", "Probability")
CONDITION = re.compile(r"([\w.]+) (>=|<=|!=|=|<|>|NOT IN|IN) (\([^)]*\)|'[^']*'|\S+)")


class SalesforceServer:
    """now: the clock of Salesforce; moves only when told. hidden: fields this user may not see."""

    def __init__(self):
        self.now, self.rows, self.numbers = BEGIN, {name: {} for name in SCHEMA}, {}
        self.hidden, self.asked, self.faults, self.jobs, self.cursors = set(), [], [], {}, {}
        self.failing, self.lost_rows, self.is_used_up = "", 0, False
        self.valid, self.issued, self.is_revoked, self.snapshots = set(), 0, False, {}
        for name, chance in STAGES.items():
            ends = {"IsClosed": chance in (0, 100), "IsWon": chance == 100}
            self.add("OpportunityStage", ApiName=name, MasterLabel=name, **ends)

    def __enter__(self):
        self.server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet
        )
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    # What happens in the company.

    def add(self, kind, **values):
        number = self.numbers[kind] = self.numbers.get(kind, 0) + 1
        row = dict.fromkeys(SCHEMA[kind]) | {"Id": f"{PREFIX[kind]}{number:012d}AAA"}
        moment = write_time(self.now)
        row |= {each: moment for each in RECORD if each != "Id" and each in row}
        row |= {"IsDeleted": False} if "IsDeleted" in row else {}
        row |= values
        if kind == "Opportunity":
            self._settle(row)
            row["LastStageChangeDate"] = moment
        self.rows[kind][row["Id"]] = row
        if kind == "OpportunityHistory":
            self.snapshots.setdefault(row["OpportunityId"], []).append(row)
        if kind == "Opportunity":
            self._snapshot(row)
        return row["Id"]

    def change(self, kind, id_, *, at=None, **values):
        """at: when Salesforce says it was, if that is not now."""
        row, moment = self.rows[kind][id_], write_time(at or self.now)
        old = dict(row)
        row |= values | {"SystemModstamp": moment}
        row |= {"LastModifiedDate": moment} if "LastModifiedDate" in row else {}
        if kind == "Opportunity":
            self._settle(row)
            if old["StageName"] != row["StageName"]:
                row["LastStageChangeDate"] = moment
            if any(old[each] != row[each] for each in SNAPSHOT):
                self._snapshot(row, moment)
            if old["OwnerId"] != row["OwnerId"]:
                self._record(row, "Owner", old["OwnerId"], row["OwnerId"], moment)

    def remove(self, kind, id_, into=None):
        row = self.rows[kind][id_]
        row |= {"IsDeleted": True, "SystemModstamp": write_time(self.now)}
        if into:
            row["MasterRecordId"] = into
            self.change(kind, into)

    def wait(self, **lapse):
        self.now += timedelta(**lapse)

    def break_next(self, path, status=503, times=1, **headers):
        """The next answers to a path that holds `path` fail."""
        self.faults += [[path, status, headers]] * times

    def limit(self):
        """From now on, the requests of this day are used up."""
        self.is_used_up = True

    def expire(self):
        self.valid.clear()

    def revoke(self):
        self.is_revoked = True
        self.expire()

    def _settle(self, row):
        chance = STAGES.get(row["StageName"])
        row["Probability"] = row["Probability"] if chance is None else chance
        row |= {"IsClosed": chance in (0, 100), "IsWon": chance == 100}
        row["ForecastCategoryName"] = "Closed" if chance in (0, 100) else "Pipeline"

    def _snapshot(self, row, moment=None):
        moment = moment or write_time(self.now)
        kept = {each: row[each] for each in SNAPSHOT}
        kept |= {"ForecastCategory": row["ForecastCategoryName"], "CreatedById": row["OwnerId"]}
        made = self.add("OpportunityHistory", OpportunityId=row["Id"], **kept)
        self.rows["OpportunityHistory"][made] |= {"CreatedDate": moment, "SystemModstamp": moment}

    def _record(self, row, field, old, new, moment):
        people = self.rows["User"]
        names = [people[each]["Name"] if each in people else each for each in (old, new)]
        for type_, before, after in (("Text", *names), ("EntityId", old, new)):
            told = {"Field": field, "DataType": type_, "OldValue": before, "NewValue": after}
            made = self.add("OpportunityFieldHistory", OpportunityId=row["Id"], **told)
            self.rows["OpportunityFieldHistory"][made]["CreatedDate"] = moment

    # What a program is answered.

    def _answer(self, environ, start):
        request = Request(environ)
        self.asked.append(f"{request.method} {request.full_path.rstrip('?')}")
        try:
            answer = self._fail(request) or self._route(request)
        except _Refused as refused:
            answer = refused.args[0]
        return answer(environ, start)

    def _fail(self, request):
        for fault in self.faults:
            if fault[0] in f"{request.method} {request.full_path}":
                self.faults.remove(fault)
                return _error("SERVER_UNAVAILABLE", "busy", fault[1], fault[2])
        return None

    def _route(self, request):
        if request.path == "/services/oauth2/token":
            return self._sign_in(request.form)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.valid:
            return _error("INVALID_SESSION_ID", "Session expired or invalid", 401)
        if self.is_used_up:
            return _error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403)
        place = request.path.removeprefix("/services/data/v62.0/")
        head, _, rest = place.partition("/")
        answers = {
            "sobjects": lambda: self._describe(rest.partition("/")[0]),
            "query": lambda: self._query(request, rest, is_all=False),
            "queryAll": lambda: self._query(request, rest, is_all=True),
            "jobs": lambda: self._job(request, rest.removeprefix("query").strip("/")),
            "composite": lambda: self._collection(request, *rest.split("/")),
        }
        if head not in answers:
            return _error("NOT_FOUND", "The requested resource does not exist", 404)
        return answers[head]()

    def _sign_in(self, form):
        known = form.get("client_secret") == "secret" and not self.is_revoked
        if form["grant_type"] == "refresh_token":
            known = known and form["refresh_token"] == "refresh"
        if not known:
            said = {"error": "invalid_grant", "error_description": "expired access/refresh token"}
            return _json(said, 400)
        self.issued += 1
        token = f"token-{self.issued}"
        self.valid.add(token)
        return _json({"access_token": token, "instance_url": self.url, "token_type": "Bearer"})

    def _describe(self, kind):
        if not kind:
            seen = [each for each in SCHEMA if each not in self.hidden]
            return _json({"sobjects": [{"name": each, "queryable": True} for each in seen]})
        fields = [
            {
                "name": name,
                "type": type_,
                "calculated": name in FORMULAS,
                "updateable": name not in (*RECORD, *FORMULAS),
            }
            for name, type_ in SCHEMA[kind].items()
            if f"{kind}.{name}" not in self.hidden
        ]
        return _json({"name": kind, "fields": fields})

    def _query(self, request, rest, *, is_all):
        if rest:
            key, _, place = rest.rpartition("-")
            fields, rows, place = *self.cursors[key], int(place)
        else:
            fields, rows = self._select(request.args["q"], is_all=is_all)
            key, place = f"01g{len(self.cursors):012d}", 0
            if fields == ["COUNT()"]:
                return _json({"totalSize": len(rows), "done": True, "records": []})
            self.cursors[key] = (fields, rows)
        end = place + REST_PAGE
        page = [_nest(fields, [_rest(each) for each in row]) for row in rows[place:end]]
        answer = {"totalSize": len(rows), "done": end >= len(rows), "records": page}
        if not answer["done"]:
            answer["nextRecordsUrl"] = f"/services/data/v62.0/query/{key}-{end}"
        return _json(answer)

    def _job(self, request, rest):
        job, _, part = rest.partition("/")
        if request.method == "POST":
            job = f"750{len(self.jobs):012d}"
            asked = request.get_json()
            found = self._select(asked["query"], is_all=asked["operation"] == "queryAll")
            self.jobs[job] = [2, *found]
            return _json({"id": job, "state": "UploadComplete"})
        if job not in self.jobs:
            return _error("NOT_FOUND", "no such job", 404)
        if request.method == "DELETE":
            del self.jobs[job]
            return Response(status=204)
        state = self.jobs[job]
        if self.failing:
            return _json({"id": job, "state": "Failed", "errorMessage": self.failing})
        if not part:
            state[0] -= 1
            return _json({"id": job, "state": "JobComplete" if state[0] < 0 else "InProgress"})
        return self._results(request, state[1], state[2])

    def _results(self, request, fields, rows):
        place, most = int(request.args.get("locator", 0)), int(request.args["maxRecords"])
        page = rows[place : place + most]
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(fields)
        writer.writerows([[_csv(each) for each in row] for row in page[self.lost_rows :]])
        end = place + most
        headers = {"Sforce-Locator": str(end) if end < len(rows) else "null"}
        headers |= {"Sforce-NumberOfRecords": str(len(page))}
        return Response(out.getvalue(), mimetype="text/csv", headers=headers)

    def _select(self, soql, *, is_all):
        select, _, rest = soql.removeprefix("SELECT ").partition(" FROM ")
        rest, _, order = rest.partition(" ORDER BY ")
        kind, _, where = rest.partition(" WHERE ")
        fields = select.split(", ")
        if kind not in SCHEMA or kind in self.hidden:
            raise _Refused(_error("INVALID_TYPE", f"sObject type '{kind}' is not supported.", 400))
        for each in fields:
            known = each == "COUNT()" or "." in each or each in SCHEMA[kind]
            if not known or f"{kind}.{each}" in self.hidden:
                raise _Refused(_error("INVALID_FIELD", f"No such column '{each}' on {kind}", 400))
        told = CONDITION.findall(where)
        tests = [_compile(*each) for each in told]
        found = [
            row
            for row in self._list_rows(kind, told)
            if (is_all or not (row.get("IsDeleted") or row.get("IsArchived")))
            and all(test(row) for test in tests)
        ]
        if order:
            found.sort(key=lambda row: tuple(row[each] for each in order.split(", ")))
        if fields == ["COUNT()"]:
            return fields, found
        plain = not any("." in each or each in FORMULAS for each in fields)
        if plain:
            return fields, [tuple(row[each] for each in fields) for row in found]
        return fields, [tuple(self._find(row, each) for each in fields) for row in found]

    def _list_rows(self, kind, told):
        """By its index where a few deals are asked for, as a database would."""
        for field, sign, literal in told:
            if (kind, field, sign) == ("OpportunityHistory", "OpportunityId", "IN"):
                return [row for each in _read_list(literal) for row in self.snapshots.get(each, [])]
        return list(self.rows[kind].values())

    def _find(self, row, field):
        if field in FORMULAS:
            return FORMULAS[field](row)
        if "." not in field:
            return row[field]
        relation, _, name = field.partition(".")
        by, kind = PARENT[relation]
        return self.rows[kind].get(row[by], {}).get(name)

    def _collection(self, request, call, *rest):
        asked = request.get_json()
        if call == "batch":
            return self._batch(asked["batchRequests"])
        if request.method == "POST":
            found = [self.rows[rest[0]].get(each) for each in asked["ids"]]
            kept = [each if each and not each.get("IsDeleted") else None for each in found]
            return _json(
                [each and {name: _rest(each[name]) for name in asked["fields"]} for each in kept]
            )
        assert asked["allOrNone"] is False
        return _json([self._save(each, *rest) for each in asked["records"]])

    def _batch(self, asked):
        assert len(asked) <= 25
        results = []
        for each in asked:
            place, _, query = each["url"].partition("?")
            assert place == "v62.0/query"
            inner = Request(EnvironBuilder(query_string=query).get_environ())
            try:
                answer = self._query(inner, "", is_all=False)
            except _Refused as refused:
                answer = refused.args[0]
            results.append({"statusCode": answer.status_code, "result": answer.json})
        return _json({"hasErrors": any(e["statusCode"] > 200 for e in results), "results": results})

    def _save(self, record, kind=None, key=None):
        values = {name: value for name, value in record.items() if name not in ("attributes", "Id")}
        kind = record["attributes"]["type"]
        if values.get("StageName", "Prospecting") not in STAGES:
            said = {"statusCode": "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "message": "bad value"}
            return {"success": False, "errors": [{**said, "fields": ["StageName"]}]}
        with suppress(ValueError):
            locked = self.faults.index(["lock", 0, {}])
            del self.faults[locked]
            said = {"statusCode": "UNABLE_TO_LOCK_ROW", "message": "busy", "fields": []}
            return {"success": False, "errors": [said]}
        if key:
            found = [each for each, row in self.rows[kind].items() if row[key] == values[key]]
            made = found[0] if found else self.add(kind, **values)
            if found:
                self.change(kind, made, **values)
            return {"id": made, "success": True, "errors": [], "created": not found}
        self.change(kind, record["Id"], **values)
        return {"id": record["Id"], "success": True, "errors": []}


class _Refused(Exception):
    pass


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *stated):
        pass


def write_time(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _compile(field, sign, literal):
    if literal.startswith("("):
        wanted = set(_read_list(literal))
        return lambda row: (row[field] in wanted) == (sign == "IN")
    value = {"true": True, "false": False}.get(literal, literal.strip("'"))
    if sign == ">=":
        return lambda row: row[field] is not None and row[field] >= value
    if sign == "<=":
        return lambda row: row[field] is not None and row[field] <= value
    if sign == "<":
        return lambda row: row[field] is not None and row[field] < value
    return lambda row: (row[field] == value) == (sign == "=")


def _read_list(literal):
    return [each.strip().strip("'") for each in literal[1:-1].split(",")]


def _rest(value):
    if isinstance(value, str) and value.endswith("000Z"):
        return value[:-1] + "+0000"
    return value


def _csv(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    number = float(value)
    return str(Decimal(str(number)).normalize()) if number >= 10**7 else str(number)


def _nest(fields, row):
    record = {}
    for name, value in zip(fields, row, strict=True):
        head, _, rest = name.partition(".")
        if rest:
            record[head] = {rest: value}
        else:
            record[name] = value
    return record


def _json(content, status=200, headers=None):
    written = json.dumps(content, ensure_ascii=False, default=_number)
    return Response(written, status, headers, mimetype="application/json")


def _number(value):
    return float(value) if isinstance(value, Decimal) else str(value)


def _error(code, said, status, headers=None):
    return _json([{"message": said, "errorCode": code}], status, headers)
