"""Readings of remote meters."""
