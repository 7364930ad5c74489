"""WeChat Pay, as a merchant's server meets it."""
