"""Forecasts of what is measured hour by hour."""
