"""What looks like a key does not leave the notebook."""

from __future__ import annotations

import time

import pytest

from ocinb.view.redaction import without_keys
from ocinb.wire.signing import RequestSigner, fingerprint_of, make_private_key


def test_a_private_key_is_hidden_also_when_it_is_cut_off():
    pem = make_private_key().decode()
    for text in (f"key = '''{pem}'''\nx = 1", f"ValueError: {pem[:400]}"):
        shown = without_keys(text)
        assert "BEGIN" not in shown
        assert pem[100:140] not in shown
    assert without_keys(f"key = '''{pem}'''\nx = 1").endswith("[hidden]\n'''\nx = 1")


def test_a_fingerprint_is_hidden():
    fingerprint = fingerprint_of(make_private_key())
    assert without_keys(f"no such key {fingerprint}!") == "no such key [hidden]!"


def test_a_signature_and_its_key_id_are_hidden():
    class Signed:
        method, url, path_url = "POST", "https://a.test/predict", "/predict"
        body = b"{}"

        def __init__(self) -> None:
            self.headers: dict[str, str] = {}

    signed = Signed()
    RequestSigner("ocid1.tenancy/ocid1.user/aa:bb", make_private_key())(signed)
    authorization = signed.headers["authorization"]
    shown = without_keys(f"authorization: {authorization}")
    assert authorization.partition('signature="')[2][:30] not in shown
    assert "ocid1.user" not in shown
    assert 'algorithm="rsa-sha256"' in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pass_phrase = 'abc'", 'pass_phrase = "[hidden]"'),
        ('{"security_token": "abc", "x": 1}', '{"security_token": "[hidden]", "x": 1}'),
        ("login(password='a b', user='me')", "login(password=\"[hidden]\", user='me')"),
        ("OPENAI_API_KEY = b'abc'", 'OPENAI_API_KEY = b"[hidden]"'),
        ("'key_file': '~/.oci/key.pem'", "'key_file': \"[hidden]\""),
        ("Authorization: Bearer abc.def-12", "Authorization: Bearer [hidden]"),
        ("opc-obo-token: abcdef", "opc-obo-token: [hidden]"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.sig-na_ture", "[hidden]"),
    ],
)
def test_a_named_secret_is_hidden(text: str, shown: str):
    assert without_keys(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "token = text.split()[0]",
        "tokens = ['a', 'b']",
        "password = getpass()",
        "signature(function)",
        "for key, value in items: print(key)",
        "KeyError: 'token'",
        "at 00:11:22:33:44:55",
    ],
)
def test_other_code_stays_as_it_is(text: str):
    assert without_keys(text) == text


def test_a_long_text_costs_in_proportion():
    began_s = time.process_time()
    for piece in ("token", "a_", "-----BEGIN PRIVATE KEY-----", "aa:", 'signature="'):
        without_keys(piece * (20_000 // len(piece)))
    assert time.process_time() - began_s < 2
