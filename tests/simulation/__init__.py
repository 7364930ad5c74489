"""Whole-system runs under a seeded scheduler: the real code of both sides, a simulated world."""
