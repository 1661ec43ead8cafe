"""Coverage of the city by its grids: derived figures and findings, and checks of files."""
