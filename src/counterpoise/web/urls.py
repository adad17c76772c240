"""The address bar of the application."""

from django.urls import include, path

from counterpoise.web.accounts import entrance
from counterpoise.web.api import arriving
from counterpoise.web.api import reference as api
from counterpoise.web.cycle import views as cycle
from counterpoise.web.inbox import views as inbox

handler400 = "counterpoise.web.failing.answer_refused"
handler500 = "counterpoise.web.failing.answer_failure"
urlpatterns = [
    path("", cycle.go_home, name="home"),
    path("cycle/", include("counterpoise.web.cycle.urls")),
    path("collect/", include("counterpoise.web.collect.urls")),
    path("hooks/<str:name>", arriving.take_delivery, name="hook"),
    path("work/", include("counterpoise.web.collect.work_urls")),
    path("demand/", include("counterpoise.web.demand.urls")),
    path("supply/", include("counterpoise.web.supply.urls")),
    path("reconcile/<str:period>/versions/", include("counterpoise.web.signoff.urls")),
    path("reconcile/", include("counterpoise.web.reconcile.urls")),
    path("execute/outbox/", include("counterpoise.web.outbox.urls")),
    path("execute/", include("counterpoise.web.execute.urls")),
    path("measure/", include("counterpoise.web.measure.urls")),
    path("rulebook/", include("counterpoise.web.rulebook.urls")),
    path("inbox/", include("counterpoise.web.inbox.urls")),
    path("api/", api.show_reference, name="api-reference"),
    path("api/v1/", include("counterpoise.web.api.urls")),
    path("comments/", inbox.add_comment, name="comment"),
    path("account/", include("counterpoise.web.accounts.urls")),
    path("people/", include("counterpoise.web.people.urls")),
    path("audit/", include("counterpoise.web.audit.urls")),
    *entrance.urlpatterns,
]
