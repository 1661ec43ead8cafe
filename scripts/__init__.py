"""Words to start with: run, test, bench, screenshots, lock; and the Python behind them."""
