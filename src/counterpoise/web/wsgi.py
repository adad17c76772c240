"""The entry point of a production server."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
