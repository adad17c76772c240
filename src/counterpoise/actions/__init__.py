"""What people can do: each module loads, decides and saves one kind of thing."""
