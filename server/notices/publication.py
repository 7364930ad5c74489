"""Which notices kiosks show today."""

from datetime import date

from contract import messages
from server.estate.models import Community
from server.notices.models import Notice

SHOWN_MAX = 10


def shown(community: Community, today: date) -> list[messages.Notice]:
    """The notices of the day, newest first, at most ``SHOWN_MAX``."""
    notices = Notice.objects.filter(
        community=community, show_from__lte=today, show_until__gte=today
    )[:SHOWN_MAX]
    return [
        messages.Notice(
            id=str(notice.pk),
            title=notice.title,
            body=notice.body,
        )
        for notice in notices
    ]
