"""How the server is reached: processes and threads, the door of each, and who waits behind it."""
