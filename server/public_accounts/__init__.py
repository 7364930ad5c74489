"""Accounts made public: drafted by one, approved by another, shown to everybody, never changed."""
