"""A field between measured places: near them it is as they say, far away it knows nothing, and its error is measured."""

from __future__ import annotations

import numpy as np
import pytest

from toimiva.engines.fields.api import FEWEST, field_of, weights_of


def hills(places: np.ndarray) -> np.ndarray:
    return 10 + 5 * np.sin(places[:, 0] / 600) + 3 * np.cos(places[:, 1] / 500)


def sensors(count: int, seed: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    places = chance.uniform(0, 3000, (count, 2))
    return places, hills(places) + chance.normal(0, noise, count)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_error_it_tells_is_the_error_it_makes(seed):
    places, values = sensors(80, seed, noise=0.3)
    wanted, true = sensors(500, seed + 100, noise=0.3)
    field = field_of(places, values, wanted)
    made = float(np.sqrt(np.mean((field.value - true) ** 2)))
    assert field.error == pytest.approx(made, rel=0.5)
    assert field.error < 0.5 * field.blind
    assert np.mean(np.abs(field.value - true) < 2 * field.deviation) > 0.85


def test_far_from_every_place_it_knows_nothing_and_tells_the_mean():
    places, values = sensors(40, 5, noise=0.1)
    field = field_of(places, values, np.array([[1500.0, 1500.0], [900_000.0, 900_000.0]]))
    assert field.known[0] > 0.8
    assert field.known[1] < 0.01
    assert field.value[1] == pytest.approx(values.mean(), abs=0.1)


def test_noise_without_a_pattern_is_no_better_than_the_mean():
    chance = np.random.default_rng(7)
    field = field_of(chance.uniform(0, 3000, (60, 2)), chance.normal(0, 1, 60), np.zeros((1, 2)))
    assert field.error > 0.9 * field.blind


def test_equal_values_are_a_flat_field():
    places, _ = sensors(6, 9, noise=0)
    field = field_of(places, np.full(6, 4.0), np.zeros((2, 2)))
    assert (field.value.tolist(), field.error, field.blind) == ([4.0, 4.0], 0.0, 0.0)


def test_too_few_places_are_refused():
    with pytest.raises(ValueError, match="5 places or more"):
        field_of(np.zeros((FEWEST - 1, 2)), np.zeros(FEWEST - 1), np.zeros((1, 2)))


def test_what_each_place_counts_for_gives_the_same_field():
    generator = np.random.default_rng(5)
    places = generator.uniform(0, 2000, (12, 2))
    values = np.sin(places[:, 0] / 500) * 4 + 10
    wanted = generator.uniform(0, 2000, (7, 2))
    weights = weights_of(places, values, wanted)
    field = field_of(places, values, wanted)
    assert weights.share @ values == pytest.approx(field.value, abs=1e-6)
    assert weights.share.sum(axis=1) == pytest.approx(np.ones(7))
    assert (weights.error, weights.blind) == pytest.approx((field.error, field.blind))
