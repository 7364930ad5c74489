"""What the two simulated payment channels share: their books, the resident's phone, faults, a server."""
