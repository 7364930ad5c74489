"""An ESC/POS receipt printer that draws what it prints; speaks bytes over TCP or a pty."""
