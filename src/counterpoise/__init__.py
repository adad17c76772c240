"""Counterpoise balances what the market will ask for with what a company can deliver."""

from importlib.metadata import version

__version__ = version("counterpoise")
