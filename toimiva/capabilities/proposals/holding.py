"""What is kept of who commented: of nobody in the registers; names and unpublished words go after the answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from toimiva.capabilities.proposals.models import Comment
from toimiva.core.city.api import City
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["CommentHolder"]

_NAMES, _UNSEEN = timedelta(days=365), timedelta(days=90)  # after the answer; after they were written


@holders.register("proposals")
class CommentHolder(Holder):
    """Comments that nobody let be seen go after three months, names a year after the city's answer."""

    def holdings(self, city: City, person: str) -> Iterable[Holding]:
        """Nothing: a comment is of nobody in the registers."""
        return ()

    def expire(self, city: City, at: datetime) -> int:
        """What others have seen stays, as part of the plan's record, without its names."""
        of_city = Comment.objects.filter(proposal__city=city.id)
        gone, _ = of_city.filter(shown=False, made__lt=at - _UNSEEN).delete()
        return gone + of_city.filter(proposal__decided__lt=at - _NAMES).exclude(name="").update(name="")
