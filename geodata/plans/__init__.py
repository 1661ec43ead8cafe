"""Draft plans of grids (划分方案): their ground in basic units, saved versions, what people said, the way to publication."""
