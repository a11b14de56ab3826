"""Gaussian-process regression (kriging) between measured places, with its own error measured.

Method: constant mean, Matern covariance of 3/2 with noise, its parameters by maximum likelihood; leaving each place out
in turn by its closed form. Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), 5.4.2.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

__all__ = ["FEWEST", "Field", "Weights", "field_of", "weights_of"]

Floats = NDArray[np.float64]
FEWEST = 5  # places: fewer tell nothing of what is between them
_REACH = (20.0, 20_000.0)  # metres over which values may be alike
_STARTS = 2  # further ones for the search of the parameters


@dataclass(frozen=True, slots=True)
class Field:
    """`value` and its standard `deviation` at the places asked for; `known` is how much of what could be unknown there
    is known, 0 to 1. `reach` is over how many metres values are alike.

    `error` is the root mean square by which each place is missed when it is left out in turn, `blind` the same where
    the mean of the others is told instead: a field that is not better than that says nothing.
    """

    value: Floats
    deviation: Floats
    known: Floats
    reach: float
    error: float
    blind: float


def field_of(places: Floats, values: Floats, wanted: Floats) -> Field:
    """The field at `wanted` (m, 2) by `values` (n,) measured at `places` (n, 2), metres. Raises ValueError for fewer
    than FEWEST places."""
    if len(values) < FEWEST:
        raise ValueError(f"a field needs {FEWEST} places or more")
    blind = _blind(values)
    if blind < 1e-9:
        return Field(np.full(len(wanted), values[0]), np.zeros(len(wanted)), np.ones(len(wanted)), _REACH[1], 0.0, 0.0)
    model = _fitted(places, values)
    value, deviation = model.predict(wanted, return_std=True)
    spread = float(values.std())
    prior = spread * float(np.sqrt(model.kernel_.k1.k1.constant_value))
    noise = spread * float(np.sqrt(model.kernel_.k2.noise_level))
    # the model's deviation is of a value to be measured there, its own noise with it
    own = np.sqrt(np.maximum(deviation**2 - noise**2, 0))
    known = np.clip(1 - own / max(prior, 1e-12), 0, 1)
    return Field(value, deviation, known, float(model.kernel_.k1.k2.length_scale), _left_out(model, spread), blind)


@dataclass(frozen=True, slots=True)
class Weights:
    """`share[w, p]` is how much place p says of what is wanted at w: each row sums to one, so that what the places will
    have later gives the field then. `deviation`, `error` and `blind` as of a Field."""

    share: Floats
    deviation: Floats
    error: float
    blind: float


def weights_of(places: Floats, values: Floats, wanted: Floats) -> Weights:
    """As `field_of`, but what each place counts for. Raises ValueError for fewer than FEWEST places."""
    count = len(values)
    if count < FEWEST:
        raise ValueError(f"a field needs {FEWEST} places or more")
    blind = _blind(values)
    if blind < 1e-9:
        return Weights(np.full((len(wanted), count), 1 / count), np.zeros(len(wanted)), 0.0, 0.0)
    model = _fitted(places, values)
    _, deviation = model.predict(wanted, return_std=True)
    share = scipy.linalg.cho_solve((model.L_, True), model.kernel_(wanted, places).T).T
    share += (1 - share.sum(axis=1, keepdims=True)) / count  # the rest is the mean's
    return Weights(share, deviation, _left_out(model, float(values.std())), blind)


def _fitted(places: Floats, values: Floats):  # type: ignore[no-untyped-def]
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * Matern(500.0, _REACH, nu=1.5) + WhiteKernel(0.1, (1e-4, 1.0))
    model = GaussianProcessRegressor(kernel, normalize_y=True, n_restarts_optimizer=_STARTS, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a parameter at its bound is an answer
        return model.fit(places, values)


def _left_out(model, spread: float) -> float:  # type: ignore[no-untyped-def]
    """The root mean square error of each place by the others, the parameters kept."""
    inverse = scipy.linalg.cho_solve((model.L_, True), np.eye(len(model.L_)))
    missed = model.alpha_.ravel() / np.diag(inverse)
    return float(np.sqrt(np.mean(missed**2)) * spread)


def _blind(values: Floats) -> float:
    count = len(values)
    return float(np.sqrt(np.mean(((values - values.mean()) * count / (count - 1)) ** 2)))
