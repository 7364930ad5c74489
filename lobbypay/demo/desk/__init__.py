"""The demo's desk, a page in the browser: the kiosk's window to touch, and a say over all around it.

It steers what the simulators let anybody steer, by their own control addresses, and starts and stops
processes. It belongs to the demo alone: neither kiosk nor server knows of it.
"""
