"""The living strategy's doors."""

from __future__ import annotations

from toimiva.capabilities.strategy.figures import FIGURES, Figure, figure_of
from toimiva.capabilities.strategy.reading import Strategy, strategy_of

__all__ = ["FIGURES", "Figure", "Strategy", "figure_of", "strategy_of"]
