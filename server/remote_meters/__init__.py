"""Readings that a provider of remote meters sends: who may, and what becomes of each."""
