"""Tests of roll-outs."""
