"""The indexes of the grids: one for each edition, built by one process, kept in a file, mapped by all."""
