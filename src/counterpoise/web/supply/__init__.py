"""Pages of supply: pools of people against the work asked of them, and what that rests on."""
