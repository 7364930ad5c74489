"""The pages on which a company moves in: its communities, and a new one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from server.fleet.views import staff_only
from server.onboarding.communities import CommunityExists, complaints, create_community
from server.onboarding.forms import CommunityForm
from server.onboarding.next_steps import steps
from server.staff import people, scope
from server.staff.roles import Area


@staff_only
@never_cache
@require_GET
def communities(request: HttpRequest) -> HttpResponse:
    """Those that the person may look at, and the way to a new one."""
    context = {
        "communities": [
            (community, steps(request.user, community.pk))
            for community in scope.communities(request.user, Area.ESTATE)
        ],
        "may_create": request.user.has_perm("estate.add_community"),
    }
    return render(request, "onboarding/communities.html", context)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def new_community(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("estate.add_community"):
        raise PermissionDenied
    form = CommunityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, _key = create_community(
                form.settings(), person=people.of(request.user), at=timezone.now()
            )
        except CommunityExists:
            form.add_error("code", _("There is a community of this code already"))
        except ValidationError as error:
            for field, text in complaints(error).items():
                form.add_error(field if field in form.fields else None, text)
        else:
            messages.success(request, _("%(name)s was made") % {"name": made})
            return redirect("onboarding")
    return render(request, "onboarding/new_community.html", {"form": form})
