"""What a resident reads of a request."""

from server.service_requests.models import Photo, ServiceRequest, Word


def conversation(one: ServiceRequest) -> list[tuple[Word, list[Photo]]]:
    """Its own, and of the request into which it was joined what staff answered there since, in words: the
    address of a photo would open that request's page."""
    words = list(one.words.filter(inside=False).prefetch_related("photos"))
    said = [(word, list(word.photos.all())) for word in words]
    if one.joined_to is not None and one.ended_at is not None:
        there = one.joined_to.words.filter(inside=False, at__gte=one.ended_at).exclude(by="")
        said += [(word, []) for word in there]
    return said
