"""Pages of step five: the actions of a period, who owns them and where they stand."""
