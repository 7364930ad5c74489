"""Packages of months: so many months of some fees for the price of fewer, paid ahead by a bill of its
own."""
