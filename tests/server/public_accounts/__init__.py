"""Accounts made public."""
