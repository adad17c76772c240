"""The canonical tables of a build, checked at every write and published whole or not at all."""
