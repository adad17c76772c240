"""The sample company: a seeded simulator that writes source files and the truth behind them."""
