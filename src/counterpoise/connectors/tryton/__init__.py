"""Tryton: asked over JSON-RPC for parties, employees, products and sale opportunities."""
