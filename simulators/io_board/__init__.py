"""A board with inputs, coils and registers on a pty, which speaks Modbus RTU as a real one would."""
