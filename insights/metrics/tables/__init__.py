"""What a refresh writes of metrics: what each is, its figures, and who is behind them."""
