"""Whose signature a request carries, and when that is renewed."""

from __future__ import annotations

import os
import pickle
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from oci.auth.signers import (
    X509FederationClientBasedSecurityTokenSigner,
)

from ocinb.errors import AuthError, ConfigurationError
from ocinb.wire.auth import Credentials
from tests.unit.wire.notary import (
    HEADERS,
    TARGET,
    URL,
    Notary,
    Principal,
    Stubborn,
    sign,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

SECRET = "-----BEGIN PRIVATE KEY----- hunter2"


class Careless(Notary):
    """A signer whose errors quote its key."""

    def __call__(self, _request: Any) -> Any:
        raise ValueError(SECRET)

    def refresh_security_token(self) -> None:
        raise KeyError(SECRET)


class TestForms:
    def test_a_bare_signer(self):
        assert "authorization" in sign(Credentials(Notary()))

    def test_a_function_is_a_signer(self):
        def signer(request: Any) -> None:
            request.headers["authorization"] = "yes"

        assert sign(Credentials(signer))["authorization"] == "yes"

    @pytest.mark.parametrize("config", [{}, None, {"region": "x"}])
    def test_the_dict_of_ads(self, config: Any):
        auth = {"config": config, "signer": Notary(), "client_kwargs": {}}

        assert "authorization" in sign(Credentials(auth))

    @pytest.mark.parametrize(
        ("auth", "fault", "hint"),
        [
            ("resource_princpal", "another string", 'auth="resource_principal"?'),
            ("hunter2", "another string", 'for example auth="api_key"'),
            (5, "of type int", 'for example auth="api_key"'),
            ([Notary()], "of type list", 'for example auth="api_key"'),
            (object(), "of type object", 'for example auth="api_key"'),
            (Notary, "the class Notary", "pass an instance of it"),
            ({"config": {}}, "has no signer", "ads.common.auth.resource_principal()"),
            ({"signer": None}, "has no signer", "for example"),
            ({"signer": "x"}, "has no signer", "for example"),
            ({"signer": Notary}, "the class Notary", "pass an instance of it"),
            ({"key_file": "~/hunter2"}, "has no signer", "Signer.from_config(config)"),
            ({"config": {"key_content": "hunter2"}}, "has no signer", "from_config"),
        ],
    )
    def test_what_is_none_is_refused_before_any_request(
        self, auth: Any, fault: str, hint: str
    ):
        with pytest.raises(ConfigurationError) as caught:
            Credentials(auth)

        assert caught.value.message.startswith(
            "auth must be an oci signer or an ADS auth dict {config, signer}, or one of "
            "api_key, security_token, resource_principal, instance_principal: "
        )
        assert fault in caught.value.message
        assert hint in caught.value.hint
        assert "hunter2" not in str(caught.value)


class TestSign:
    def test_the_signer_sees_the_request_as_it_goes_on_the_wire(self):
        signer = Notary()
        sign(Credentials(signer))

        request = signer.requests[0]
        assert (request.method, request.url, request.path_url, request.body) == (
            *("POST", URL, TARGET),
            b"{}",
        )
        assert request.headers["content-length"] == "2"

    def test_every_header_comes_back_with_those_of_the_signer(self):
        assert sign(Credentials(Notary())) == HEADERS | {
            "authorization": 'Signature keyId="ST$one"'
        }

    def test_headers_of_an_earlier_signature_are_dropped_first(self):
        signer = Notary()
        old = {
            "date": "yesterday",
            "authorization": "old",
            "x-content-sha256": "old",
            "opc-obo-token": "old",
        }

        signed = sign(Credentials(signer), HEADERS | old)

        assert set(signed) == {*HEADERS, "authorization"}
        assert signed["authorization"] != "old"

    def test_a_delegation_token_that_the_signer_sets_is_kept(self):
        class Delegate(Notary):
            def __call__(self, request: Any) -> Any:
                request.headers["opc-obo-token"] = "obo"
                return super().__call__(request)

        assert sign(Credentials(Delegate()))["opc-obo-token"] == "obo"

    def test_the_token_is_asked_for_before_each_signature(self):
        signer = Principal()
        credentials = Credentials(signer)
        sign(credentials)
        sign(credentials)

        assert signer.calls == ["get", "sign", "get", "sign"]

    def test_threads_sign_one_after_the_other(self):
        inside: list[int] = []

        class Slow(Principal):
            def get_security_token(self) -> str:
                inside.append(1)
                time.sleep(0.002)
                return ""

            def __call__(self, request: Any) -> Any:
                assert len(inside) == 1
                inside.clear()
                return super().__call__(request)

        credentials = Credentials(Slow())
        with ThreadPoolExecutor(8) as pool:
            signed = list(pool.map(lambda _: sign(credentials), range(16)))

        assert len(signed) == 16

    @pytest.mark.parametrize("action", ["sign", "refresh"])
    def test_a_signers_error_is_named_but_never_repeated(self, action: str):
        credentials = Credentials(Careless())

        with pytest.raises(AuthError) as caught:
            sign(credentials) if action == "sign" else credentials.refresh()

        error = caught.value
        kind = "ValueError" if action == "sign" else "KeyError"
        doing = "sign the request" if action == "sign" else "renew its token"
        assert error.message == f"Careless could not {doing} ({kind})"
        assert error.phase == "sign"
        assert "oci session authenticate" in error.hint
        assert error.__cause__ is None
        assert error.__context__ is None
        assert "hunter2" not in str(error)

    def test_our_own_errors_pass_as_they_are(self):
        own = AuthError("known", phase="sign")

        def signer(_request: Any) -> None:
            raise own

        with pytest.raises(AuthError) as caught:
            sign(Credentials(signer))

        assert caught.value is own

    def test_an_interrupt_is_not_taken_for_a_signers_error(self):
        def signer(_request: Any) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sign(Credentials(signer))

    def test_the_lock_is_free_again_after_an_error(self):
        credentials = Credentials(Careless())

        for _ in range(2):
            with pytest.raises(AuthError):
                sign(credentials)


class TestRefresh:
    def test_a_key_cannot_be_renewed(self):
        assert Credentials(Notary()).refresh() is False

    def test_a_renewed_token_changes_the_signature(self):
        signer = Principal()
        credentials = Credentials(signer)

        assert credentials.refresh() is True
        assert sign(credentials)["authorization"] == 'Signature keyId="ST$one+"'

    def test_a_token_that_stayed_the_same_changes_nothing(self):
        signer = Stubborn()

        assert Credentials(signer).refresh() is False
        assert signer.calls == ["refresh"]

    def test_a_token_that_another_thread_has_renewed_is_not_renewed_again(self):
        signer = Principal()
        credentials = Credentials(signer)
        refused = sign(credentials)["authorization"]
        credentials.refresh(refused)

        assert credentials.refresh(refused) is True
        assert signer.calls.count("refresh") == 1

    def test_a_key_that_signatures_do_not_name_is_renewed_all_the_same(self):
        class Silent(Principal):
            def __call__(self, request: Any) -> Any:
                request.headers["authorization"] = "Bearer"
                return request

        signer = Silent()
        credentials = Credentials(signer)
        sign(credentials)

        assert credentials.refresh("Bearer") is True
        assert signer.calls.count("refresh") == 1

    def test_a_token_that_was_refused_is_renewed(self):
        signer = Principal()
        credentials = Credentials(signer)
        refused = sign(credentials)["authorization"]

        assert credentials.refresh(refused) is True
        assert signer.calls.count("refresh") == 1

    def test_a_key_that_was_replaced_under_the_same_token_counts(
        self, key: rsa.RSAPrivateKey, other_key: rsa.RSAPrivateKey
    ):
        class Pair(Notary):
            private_key = key

            def refresh_security_token(self) -> None:
                self.private_key = other_key

            def get_security_token(self) -> str:
                return ""

        assert Credentials(Pair()).refresh() is True

    def test_all_that_were_refused_with_the_old_token_are_sent_again(self):
        signer = Principal()
        credentials = Credentials(signer)
        refused = [sign(credentials)["authorization"] + str(i) for i in range(3)]

        assert [credentials.refresh(old) for old in refused] == [True] * 3
        assert signer.calls.count("refresh") == 0  # none was made with this token

    def test_a_federated_signer_shows_its_new_token_only_when_called(
        self, key: rsa.RSAPrivateKey
    ):
        tokens = iter(["one", "two"])
        pair = {"private": key, "public": key.public_key()}
        federation = SimpleNamespace(
            token=next(tokens),
            session_key_supplier=SimpleNamespace(get_key_pair=lambda: pair),
        )
        federation.get_security_token = lambda: federation.token
        federation.refresh_security_token = lambda: setattr(
            federation, "token", next(tokens)
        )
        credentials = Credentials(
            X509FederationClientBasedSecurityTokenSigner(federation)
        )

        assert 'keyId="ST$one"' in sign(credentials)["authorization"]
        assert credentials.refresh() is True
        assert 'keyId="ST$two"' in sign(credentials)["authorization"]


class TestSecrets:
    def test_the_repr_names_the_kind_of_signer_only(self):
        signer = Principal()
        signer.api_key = "hunter2"

        assert repr(Credentials(signer)) == "Credentials(Principal)"

    def test_what_the_signer_is_given_shows_neither_headers_nor_body(self):
        signer = Notary()
        sign(Credentials(signer), {**HEADERS, "x-key": "hunter2"})

        assert "hunter2" not in repr(signer.requests[0])
        assert "{}" not in repr(signer.requests[0])

    def test_pickled_credentials_have_forgotten_their_signer(self):
        signer = Notary()
        signer.api_key = "hunter2"
        pickled = pickle.dumps(Credentials({"signer": signer, "config": {"a": "b"}}))

        assert b"hunter2" not in pickled
        again = pickle.loads(pickled)  # noqa: S301 - our own bytes
        assert repr(again) == "Credentials(not loaded yet)"

    def test_a_name_is_no_secret_and_is_pickled(self):
        pickled = pickle.dumps(Credentials("resource_principal"))
        again = pickle.loads(pickled)  # noqa: S301 - our own bytes

        assert again._identity.name == "resource_principal"

    def test_a_lock_is_not_shared_by_pickling(self):
        credentials = Credentials(Notary())
        with credentials._lock():
            again = pickle.loads(pickle.dumps(credentials))  # noqa: S301 - our own bytes

        assert not again._lock().locked()

    def test_a_lock_that_another_thread_held_does_not_stop_a_forked_child(self):
        credentials = Credentials(Notary())
        with credentials._lock(), warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # 3.12: fork and threads
            child = os.fork()
            if child == 0:
                os._exit(0 if "authorization" in sign(credentials) else 1)

        assert os.waitpid(child, 0)[1] == 0
