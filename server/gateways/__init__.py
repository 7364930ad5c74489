"""The ways by which messages leave the server, for staff and for residents: mail and text messages."""
