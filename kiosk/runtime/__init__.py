"""Carries out what the core decides: one engine thread, workers for whatever may take time."""
