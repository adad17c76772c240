"""The store's Django app."""

from django.apps import AppConfig


class Store(AppConfig):
    name = "counterpoise.store"
    label = "store"
    verbose_name = "Counterpoise store"
