"""Odoo: asked over JSON-2, or JSON-RPC before version 19, for leads, partners, users and teams."""
