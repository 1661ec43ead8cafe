"""From a fresh machine to what service and tests need. Standard library only: it runs before the environment exists."""
