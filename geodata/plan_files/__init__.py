"""Planning between files and the subject."""
