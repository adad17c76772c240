"""Step two, demand: how much will be sold, when and where, with ranges."""
