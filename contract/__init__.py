"""What kiosk and server agree on. Imports nothing of ours."""
