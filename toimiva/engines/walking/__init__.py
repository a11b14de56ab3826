"""Ways on foot over a street network."""
