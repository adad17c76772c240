"""Tables of the store, a module for each thing that people decide or the product remembers."""
