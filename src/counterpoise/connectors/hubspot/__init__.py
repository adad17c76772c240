"""HubSpot over its CRM APIs (objects v3, associations v4): read, and written back to."""
