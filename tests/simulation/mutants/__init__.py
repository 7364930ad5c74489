"""Classic bugs of payment systems, planted one at a time: each must be caught by the invariants."""
