"""Who has an account, who is invited, and what each of them may do."""
