"""A folder per outside thing: files, mail, calendar, events, folder, hubspot, odoo, pipedrive,
salesforce, sql, tryton (read), sample (simulated), documents (written), alerts and letters (sent),
and sources: what outside systems have in common."""
