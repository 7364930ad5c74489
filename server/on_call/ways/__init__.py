"""The ways by which a person is told: mail, chat robots and webhooks, text messages."""
