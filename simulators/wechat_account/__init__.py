"""A WeChat official account: OAuth page, access tokens, template messages and their events."""
