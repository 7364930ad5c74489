"""What is sealed can be opened with the same key only, and not if a single bit was altered."""

import base64
import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.card_terminals.nexo.crypto import (
    NOT_GENUINE,
    NOT_SEALED,
    OTHER_KEY,
    Sealer,
    SharedKey,
)
from device_drivers.errors import ProtocolError
from simulators.nexo_terminal.sealing import Seal
from tests.device_drivers.card_terminals.nexo import published

SEALER = Sealer(SharedKey("lobby", 1, b"correct horse"))


def code_of(problem):
    return problem.value.code


def test_a_message_that_a_terminal_sealed_is_opened():
    sealer = Sealer(SharedKey(*published.SEALED_WITH))
    assert json.loads(sealer.open(published.SEALED)) == published.OPENED


def test_the_passphrase_is_not_shown():
    assert "correct" not in repr(SharedKey("lobby", 1, b"correct horse"))


@given(st.binary(max_size=300))
def test_what_is_sealed_is_opened_by_the_same_key_only(message):
    envelope = SEALER.seal("Root", {}, message)["Root"]
    assert SEALER.open(envelope) == message
    with pytest.raises(ProtocolError) as wrong:
        Sealer(SharedKey("lobby", 1, b"another")).open(envelope)
    assert code_of(wrong) == NOT_GENUINE
    with pytest.raises(ProtocolError) as wrong:
        Sealer(SharedKey("lobby", 2, b"correct horse")).open(envelope)
    assert code_of(wrong) == OTHER_KEY


@given(st.data())
def test_a_flipped_bit_anywhere_is_noticed(data):
    envelope = SEALER.seal("Root", {}, b'{"amount": 632.08}')["Root"]
    altered = copy.deepcopy(envelope)
    place = data.draw(st.sampled_from(("NexoBlob", "Hmac", "Nonce")))
    table = altered if place == "NexoBlob" else altered["SecurityTrailer"]
    raw = bytearray(base64.b64decode(table[place]))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    table[place] = base64.b64encode(raw).decode()
    with pytest.raises(ProtocolError) as noticed:
        SEALER.open(altered)
    assert code_of(noticed) == NOT_GENUINE


def test_two_seals_of_one_message_differ():
    one, other = (SEALER.seal("Root", {}, b"{}")["Root"]["NexoBlob"] for _ in range(2))
    assert one != other


def test_a_seal_made_apart_from_it_opens_its_messages():
    seal = Seal("lobby", 1, "correct horse")
    envelope = SEALER.seal("SaleToPOIRequest", {}, b'{"SaleToPOIRequest": {"a": 1}}')
    assert seal.open(json.dumps(envelope).encode()) == {"a": 1}
    answer = json.loads(seal.close("SaleToPOIResponse", {"MessageHeader": {}}))
    assert json.loads(SEALER.open(answer["SaleToPOIResponse"])) == {
        "SaleToPOIResponse": {"MessageHeader": {}}
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    JSON
    | st.fixed_dictionaries(
        {
            "NexoBlob": JSON,
            "SecurityTrailer": st.fixed_dictionaries(
                {
                    "KeyIdentifier": st.just("lobby"),
                    "KeyVersion": st.just(1),
                    "Nonce": JSON,
                    "Hmac": JSON,
                }
            ),
        }
    )
)
def test_nothing_else_is_opened(envelope):
    with pytest.raises(ProtocolError) as refused:
        SEALER.open(envelope)
    assert code_of(refused) in (NOT_SEALED, NOT_GENUINE, OTHER_KEY)
