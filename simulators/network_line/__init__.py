"""A network line between two programs on this machine, which can be cut, hang or be slow on command."""
