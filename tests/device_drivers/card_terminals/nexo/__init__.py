"""The nexo driver, against the simulated terminal and against what Adyen published."""
