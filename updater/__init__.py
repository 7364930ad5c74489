"""Keeps a kiosk's releases: fetches signed ones, changes to them, and goes back from what is not well.

It stands outside the releases, runs as root, and imports nothing of ours: whatever a release does wrong,
this works on.
"""
