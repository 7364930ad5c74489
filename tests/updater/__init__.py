"""Tests of the updater, with a real signed repository, a real web server, and a kiosk that is a file."""
