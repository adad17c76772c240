"""Step five, execute: the plan as actions with owners and dates."""
