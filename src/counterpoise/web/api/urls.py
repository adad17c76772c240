"""Addresses under /api/v1/."""

from counterpoise.web.api.application import api, list_urls
from counterpoise.web.api.door import NAMESPACE

app_name = NAMESPACE
urlpatterns = list_urls(api)
