"""Tests of server.phone."""
