"""The one writer of the log: verifies, orders, appends, signs. A process of its own."""
