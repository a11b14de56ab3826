"""What the next hours will be by what the past days were, with how much that has erred. Values by hour."""

from __future__ import annotations

from toimiva.engines.forecasts.daily import FEWEST, Forecast, forecast

__all__ = ["FEWEST", "Forecast", "forecast"]
