"""Units and plans between files and the subject, for the command line."""
