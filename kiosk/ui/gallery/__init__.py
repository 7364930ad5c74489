"""Every screen from sample sessions, as pictures: for people to look at, and for the tests."""
