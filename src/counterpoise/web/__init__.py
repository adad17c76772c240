"""The web application: Django pages, one folder a step."""
