"""City models in three dimensions, read from the formats that cities publish them in."""
