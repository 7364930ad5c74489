"""One call to an address that a person typed. It never goes into the server's own network, unless the
configuration allows it, and never holds its caller up for long.

The name is resolved once, and what was checked is what is connected to: a name that says another address
the next time leads nowhere else. No redirects, no proxies, no settings of the machine's environment.
"""

import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError, NewConnectionError, SSLError
from urllib3.util.ssl_match_hostname import CertificateError as MatchError

from server.gateways.outcome import Fate, Outcome, Own

TIMEOUT_S = (5.0, 10.0)  # to connect, and for each part of the answer
WHOLE_S = 15.0  # for all of it
ANSWER_MAX = 64 * 1024  # bytes; the rest is not read
_ADDRESSES_MAX = 3
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
_BEFORE_ANYTHING = (  # OpenSSL's reasons of a handshake that both sides never end
    *("WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE"),
    *("SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_PROTOCOL_VERSION", "TLSV1_UNRECOGNIZED_NAME"),
)
_local = threading.local()


class Inside(requests.RequestException):
    """The address leads into the server's own network."""


class _LeadsInside(Exception):
    """As ``Inside``, for the way through urllib3, which wraps every OSError."""


def post(url: str, **more: Any) -> requests.Response:
    """``more``: data, json, headers, params. Raises requests.RequestException; Inside before anything
    was connected."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", _Adapter())
    session.mount("http://", _Adapter())
    _local.sockets = sockets = []
    late = threading.Event()
    over = threading.Timer(WHOLE_S, _cut, (sockets, late))
    over.daemon = True
    over.start()
    try:
        answer = session.post(url, timeout=TIMEOUT_S, allow_redirects=False, stream=True, **more)
        return _read(answer, late)
    except _LeadsInside as error:
        raise Inside("inside") from error
    finally:
        over.cancel()
        session.close()
        for one in sockets:
            one.close()


def _read(answer: requests.Response, late: threading.Event) -> requests.Response:
    """With as much of its content as is read at most. Raises requests.ReadTimeout."""
    found = bytearray()
    for part in answer.iter_content(8192):
        found += part
        if len(found) >= ANSWER_MAX:
            break
    if late.is_set():  # what ends here was cut, also where it looks whole
        raise requests.ReadTimeout("the answer took too long")
    answer._content = bytes(found[:ANSWER_MAX])  # type: ignore[attr-defined]
    answer.close()
    return answer


def _cut(sockets: list[socket.socket], late: threading.Event) -> None:
    late.set()
    for one in list(sockets):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def failed(error: requests.RequestException) -> Outcome:
    """A connection that was never made, or not made safe, carried nothing."""
    if isinstance(error, Inside):
        return Outcome(Fate.REFUSED, Own.INSIDE)
    reason = getattr(error.args[0], "reason", None) if error.args else None
    never = isinstance(reason, NewConnectionError | NameResolutionError)
    if never or isinstance(error, requests.ConnectTimeout) or _never_made_safe(reason):
        return Outcome(Fate.AWAY, Own.UNREACHED)
    return Outcome(Fate.UNKNOWN, Own.NO_ANSWER)


def _never_made_safe(reason: object) -> bool:
    """Whether TLS failed before anything was said. What breaks in it later may have come through."""
    if not isinstance(reason, SSLError):
        return False
    inner = reason.args[0] if reason.args else None
    if isinstance(inner, ssl.CertificateError | MatchError):
        return True
    return getattr(inner, "reason", None) in _BEFORE_ANYTHING


def refuse_inside(host: str) -> None:
    """Raises Inside; a name that is not known is left to whoever connects."""
    try:
        _resolved(host, 443)
    except _LeadsInside as error:
        raise Inside("inside") from error
    except OSError:
        return


def _resolved(host: str, port: int) -> list[str]:
    """All its addresses. Raises _LeadsInside where one of them is inside, OSError."""
    rows = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    found = list(dict.fromkeys(str(row[4][0]) for row in rows))
    if not settings.LOBBYPAY.alerts.inside_addresses and not all(map(is_outside, found)):
        raise _LeadsInside
    return found


def is_outside(address: str) -> bool:
    """Whether it is one of the public network, and no other way to write one that is not."""
    one = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(one, ipaddress.IPv4Address):
        return one.is_global and not one.is_multicast and not one.is_reserved
    if one.ipv4_mapped is not None:
        return is_outside(str(one.ipv4_mapped))
    if one in _COMPATIBLE or one in _NAT64_LOCAL or one.is_site_local or one.teredo is not None:
        return False
    if one in _NAT64:
        return is_outside(str(ipaddress.IPv4Address(int(one) & 0xFFFFFFFF)))
    if one.sixtofour is not None:
        return is_outside(str(one.sixtofour))
    return one.is_global and not one.is_multicast


class _Checked(HTTPConnection):
    """Its host stays the name, by which the certificate is checked; it connects to a checked address."""

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            addresses = _resolved(name, self.port or 0)
        except socket.gaierror as error:
            raise NameResolutionError(name, self, error) from error
        failed: NewConnectionError | None = None
        for address in addresses[:_ADDRESSES_MAX]:
            self._dns_host = address
            try:
                found = super()._new_conn()
            except NewConnectionError as error:
                failed = error
                continue
            finally:
                self._dns_host = name
            _local.sockets.append(found.dup())  # also while the other is wrapped for TLS
            return found
        raise failed or NewConnectionError(self, "no address")


class _CheckedTls(_Checked, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Checked


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedTls


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
