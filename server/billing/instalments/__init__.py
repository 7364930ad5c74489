"""Instalments: open bills of a unit become one agreement of several bills, each due on a day of its
own."""
