"""The entry point of a production server."""

from django.core.wsgi import get_wsgi_application

from counterpoise.web.per_thread import remember_by_thread

remember_by_thread()
application = get_wsgi_application()
