"""Pages of the purposes: what each is for, one's say over it, and receipts of what one has said."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.profile.pages import me_of, shown_of
from toimiva.capabilities.profile.saying import SAYS, say
from toimiva.capabilities.profile.telling import tell, tell_all
from toimiva.core.ledger import api as ledger

__all__ = ["my_purposes", "my_receipt", "one_purpose"]


@require_safe
def my_purposes(request: HttpRequest) -> HttpResponse:
    """Every purpose, with one's say."""
    me = me_of(request)
    told = tell_all(me.city, me.person, request.LANGUAGE_CODE)
    return render(request, "profile/purposes.html", {"purposes": told} | shown_of(me, request.LANGUAGE_CODE))


@require_http_methods(["GET", "POST"])
def one_purpose(request: HttpRequest, purpose: str) -> HttpResponse:
    """One purpose whole; a POST objects, consents or takes either back, in force at once, in a round under way too."""
    me = me_of(request)
    if request.method == "POST":
        done = say(me, purpose, request.POST.get("say", ""), version=request.POST.get("version", ""))
        messages.info(request, str(SAYS[done]), extra_tags="done")
        return redirect("one_purpose", purpose=purpose)
    told = tell(me.city, me.person, purpose, request.LANGUAGE_CODE)
    return render(request, "profile/purpose.html", {"purpose": told} | shown_of(me, request.LANGUAGE_CODE))


@require_safe
def my_receipt(request: HttpRequest, entry: int) -> HttpResponse:
    """Proof that an entry about oneself is in the ledger, as a file; from the day after."""
    found = ledger.receipt_about(entry, me_of(request).person)
    headers = {"Content-Disposition": f'attachment; filename="receipt-{entry}.json"'}
    return JsonResponse(found, headers=headers)
