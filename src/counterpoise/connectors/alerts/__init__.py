"""Messages to people outside the product: e-mail, chat, webhooks, through Apprise."""
