"""Alerts reach a person: who is on call, by which rules, and what became of each message."""
