"""What people say to each other: comments on the things of the product, and the inbox."""
