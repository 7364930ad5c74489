"""Tools for whoever writes or installs a device driver."""
