"""A unit for staff, on one page: who lives there, what is owed and was paid, what was done."""
