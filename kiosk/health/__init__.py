"""The state of the kiosk's devices and of the kiosk itself, as staff see it. Never touches a payment."""
