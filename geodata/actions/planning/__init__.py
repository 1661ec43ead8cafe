"""Work on plans of grids: start, save, comment, decide, publish."""
