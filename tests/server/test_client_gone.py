"""What nobody waits for any more is not begun; acts of staff are done all the same."""

import socket

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from server.client_gone import CLIENT_CLOSED, ClientGone, hung_up


@pytest.fixture
def line():
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def answer(method, path, ours):
    worked_on = ClientGone(lambda request: HttpResponse("done"))
    request = RequestFactory().generic(method, path)
    request.META["gunicorn.socket"] = ours
    return worked_on(request).status_code


def test_a_client_that_waits_is_answered(line):
    ours, theirs = line
    assert answer("POST", "/api/v1/heartbeats", ours) == 200
    theirs.sendall(b"the next request")
    assert answer("POST", "/api/v1/heartbeats", ours) == 200


def test_a_client_that_hung_up_is_seen_behind_what_it_sent_last(line):
    ours, theirs = line
    theirs.sendall(b"the rest of a body")
    theirs.close()
    assert hung_up(ours)
    assert answer("POST", "/api/v1/payments", ours) == CLIENT_CLOSED
    assert answer("GET", "/staff/fleet/live/", ours) == CLIENT_CLOSED


def test_an_act_of_staff_is_done_though_the_browser_went_on(line):
    ours, theirs = line
    theirs.close()
    assert answer("POST", "/staff/open-questions/act/", ours) == 200


def test_a_server_that_tells_no_socket_answers_everybody():
    assert answer("GET", "/staff/", None) == 200
