"""Scanners: what the kiosk may ask of one, and the drivers."""

DRIVERS = ("camera", "keyboard_wedge", "serial_line")
