"""Rows that nobody needs any more leave by their time."""
