"""Counts by group that are told beside their total: nobody is recognised in them, nor found by subtracting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from toimiva.core.purposes.api import SMALLEST, hide_small


@given(st.lists(st.integers(0, 40), max_size=12))
def test_what_is_hidden_cannot_be_found_by_subtracting(counts):
    told = hide_small(counts)
    hidden = [count for count, shown in zip(counts, told, strict=True) if shown is None]

    assert not any(shown is not None and 0 < shown < SMALLEST for shown in told)
    assert all(shown is None or shown == count for shown, count in zip(told, counts, strict=True))
    everything_is_hidden = len(hidden) == sum(count > 0 for count in counts)
    assert not hidden or everything_is_hidden or (len(hidden) > 1 and sum(hidden) >= SMALLEST)


@given(st.lists(st.integers(SMALLEST, 40), max_size=12))
def test_where_no_group_is_small_all_are_told(counts):
    assert hide_small(counts) == counts


def test_the_next_smallest_is_hidden_with_a_single_small_one():
    assert hide_small([3, 40, 7, 0]) == [None, 40, None, 0]
    assert hide_small([2, 2, 9, 9]) == [None, None, None, 9]  # four together: one more
