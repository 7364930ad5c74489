"""Alipay, as a merchant's server meets it."""
