"""What is typed at a kiosk's terminal: one command a file, thin, over the rooms below."""
