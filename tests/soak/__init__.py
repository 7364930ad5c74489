"""Days of device faults in minutes: the real kiosk and drivers, simulators that fail on schedule."""
