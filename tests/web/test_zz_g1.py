from web import test_security as t0
from web.test_security import collected, company
def tables():
    out={}
    with t0.connection.cursor() as c:
        for t in sorted(t0.connection.introspection.table_names(c)):
            c.execute(f'select * from "{t}"'); out[t]=sorted(map(repr,c.fetchall()))
    return out
def test_x(company):
    t0.keep_run(t0.build_cycle(), build=t0.ledger.get_current_build().id)
    reader = t0.sign_in(t0.make_person("operations")); reader.raise_request_exception=False
    b=tables()
    for _, a in t0.list_addresses():
        r=reader.get(a)
        if r.status_code>=500: print("CHANGED 500", a)
        n=tables()
        for t in n:
            if n[t]!=b[t] and t not in ("django_session","usersessions_usersession"): print("CHANGED",a,r.status_code,t,[x for x in n[t] if x not in b[t]][:2])
        b=n
