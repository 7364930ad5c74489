"""The kiosk's side of the central server: signed requests, the copy of open bills, reporting."""
