"""Sensors and indicators in the cabinet: what the kiosk may ask of a board, and the drivers."""

DRIVERS = ("modbus_rtu",)
