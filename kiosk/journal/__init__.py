"""The kiosk's memory of money: appended to, checked, watched, and read when it is damaged."""
