"""One screen a file: a pure ``present`` of the session, a class, and its layout in the .kv beside it."""
