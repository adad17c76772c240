"""Long work behind the pages: how it is asked for, who does it, and who takes it up again."""
