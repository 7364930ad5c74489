"""What becomes of each sheet's rows: one file a sheet."""
