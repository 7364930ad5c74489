"""Messages to residents."""
