"""The front desk's pages: a bill with what can be done about it, money taken in and given out."""
