"""Endpoints: every form that works, and one line for every form that cannot."""

from __future__ import annotations

import pytest

from ocinb.errors import EndpointError
from ocinb.wire.endpoint import CHAT_ROUTE, Endpoint, parse_endpoint

HOST = "https://modeldeployment.us-ashburn-1.oci.customer-oci.com"
OCID = "ocid1.datasciencemodeldeployment.oc1.iad.amaaaaaa"
PREDICT = f"{HOST}/{OCID}/predict"
STREAM = f"{HOST}/{OCID}/predictWithResponseStream"


def refused(endpoint: str | None) -> str:
    with pytest.raises(EndpointError) as caught:
        parse_endpoint(endpoint)
    line = str(caught.value)
    assert line.isprintable()
    return line


class TestForms:
    def test_a_predict_url_stands_for_both_and_its_stream_url_is_derived(self):
        assert parse_endpoint(PREDICT) == Endpoint(
            PREDICT, STREAM, stream_is_derived=True, route=CHAT_ROUTE
        )

    def test_a_stream_url_stands_for_both_and_was_given(self):
        assert parse_endpoint(STREAM) == Endpoint(
            PREDICT, STREAM, stream_is_derived=False, route=CHAT_ROUTE
        )

    def test_a_path_that_names_the_api_needs_no_route(self):
        assert parse_endpoint(PREDICT + CHAT_ROUTE) == Endpoint(
            PREDICT + CHAT_ROUTE, STREAM + CHAT_ROUTE, stream_is_derived=True, route=""
        )

    def test_a_stream_path_that_names_the_api_needs_no_route(self):
        assert parse_endpoint(STREAM + CHAT_ROUTE) == Endpoint(
            PREDICT + CHAT_ROUTE, STREAM + CHAT_ROUTE, stream_is_derived=False, route=""
        )

    def test_any_chat_completions_api_is_taken_as_given(self):
        url = "https://llm.example.com/some/where/v1/chat/completions"

        assert parse_endpoint(url) == Endpoint(
            url, url, stream_is_derived=False, route=""
        )

    @pytest.mark.parametrize(
        "text", [f"  {PREDICT}  ", f"{PREDICT}/", f"{PREDICT}//", f" {PREDICT}/ "]
    )
    def test_spaces_around_and_slashes_behind_do_not_matter(self, text: str):
        assert parse_endpoint(text) == parse_endpoint(PREDICT)

    def test_a_query_stays_on_both(self):
        endpoint = parse_endpoint(f"{PREDICT}?version=2&x=y")

        assert endpoint.predict_url == f"{PREDICT}?version=2&x=y"
        assert endpoint.stream_url == f"{STREAM}?version=2&x=y"

    def test_a_percent_encoded_path_stays_as_it_is(self):
        url = f"{HOST}/ocid1%2Ex/predict"

        assert parse_endpoint(url).predict_url == url

    def test_a_private_endpoint_may_have_any_name_and_port(self):
        endpoint = parse_endpoint(f"https://md.internal.example:8443/{OCID}/predict")

        assert endpoint.host == "md.internal.example:8443"

    def test_only_the_end_of_the_path_is_replaced(self):
        url = "https://host/predict/predictor/predict"

        assert parse_endpoint(url).stream_url == (
            "https://host/predict/predictor/predictWithResponseStream"
        )

    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "127.1.2.3:8080", "localhost", "localhost:1", "[::1]:8080"],
    )
    def test_plain_http_is_allowed_on_this_machine(self, host: str):
        assert parse_endpoint(f"http://{host}/x/predict").host == host

    def test_an_endpoint_shows_nothing_but_addresses(self):
        assert "secret" not in repr(parse_endpoint(PREDICT))


class TestMissing:
    @pytest.mark.parametrize("text", [None, "", "   "])
    def test_a_missing_endpoint_says_where_to_find_it(self, text: str | None):
        assert refused(text) == (
            "endpoint is missing: pass endpoint= or set OCI_LLM_ENDPOINT "
            "(Model Deployment > Invoking your model)"
        )


class TestRefused:
    @pytest.mark.parametrize(
        "text",
        [
            PREDICT.replace("https", "http"),
            "http://127.0.0.1.evil.example/x/predict",
            "http://localhost.evil.example/x/predict",
            "http://0.0.0.0/x/predict",
            "http://10.0.0.1/x/predict",
            "http://2130706433/x/predict",
            "HTTP://example.com/x/predict",
        ],
    )
    def test_plain_http_to_another_machine(self, text: str):
        assert refused(text).startswith("endpoint must be https:// - ")

    @pytest.mark.parametrize("ocid", [OCID, OCID.upper()])
    def test_a_bare_ocid(self, ocid: str):
        assert refused(ocid) == (
            "endpoint looks like an OCID; use https://modeldeployment.<region>"
            ".oci.customer-oci.com/<ocid>/predict"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "https://cloud.oracle.com/data-science/model-deployments/" + OCID,
            "https://console.us-ashburn-1.cloud.oracle.com/data-science?region=x",
        ],
    )
    def test_a_page_of_the_console(self, text: str):
        assert refused(text).startswith(
            "endpoint looks like a console page; use https://modeldeployment."
        )

    @pytest.mark.parametrize(
        "text",
        [
            f"{HOST}/{OCID}",
            f"{HOST}/{OCID}/predictions",
            f"{HOST}/{OCID}/predict/v1/completions",
            f"{HOST}/{OCID}/predict/health",
            HOST,
            "modeldeployment.us-ashburn-1.oci.customer-oci.com/x/predict",
            "ftp://host/x/predict",
            "file:///etc/passwd",
            "https:///x/predict",
            "https://:443/x/predict",
            "predict",
            "/predict",
        ],
    )
    def test_what_is_no_predict_url(self, text: str):
        line = refused(text)

        assert "is no predict URL of a model deployment; use https://model" in line

    @pytest.mark.parametrize(
        "text",
        [
            "https://user:hunter2@host/x/predict",
            "https://hunter2@host/x/predict",
            "https://:hunter2@host/x/predict",
            "https://@host/x/predict",
        ],
    )
    def test_a_password(self, text: str):
        line = refused(text)

        assert line.startswith("endpoint must not hold a user name or password")
        assert "hunter2" not in line

    @pytest.mark.parametrize(
        "text",
        [
            "ftp://user:hunter2@host/x",
            "https://user:hunter2@host/x y/predict",
            "https://user:hunter2@höst/x/predict",
        ],
    )
    def test_no_other_refusal_repeats_a_password(self, text: str):
        assert "hunter2" not in refused(text)

    def test_a_fragment(self):
        assert refused(f"{PREDICT}#top").startswith("endpoint must not have a #frag")

    @pytest.mark.parametrize(
        ("text", "character"),
        [
            (f"{PREDICT}\n", r"'\n'"),
            (f"{PREDICT}\r\nx-header: 1", r"'\r'"),
            (PREDICT.replace("/predict", " /predict"), "' '"),
            (PREDICT.replace(".", "。"), r"'\u3002'"),
            (f"{PREDICT}\x00", r"'\x00'"),
            (f"\t{PREDICT}", r"'\t'"),
            (PREDICT.replace("oci", "oc\u0456", 1), r"'\u0456'"),
            (f"\u202e{PREDICT}", r"'\u202e'"),
            (PREDICT.replace("us-ashburn-1", "<region>"), "'<'"),
            (PREDICT.replace("us-ashburn-1", "{region}"), "'{'"),
            ("https://host\\@evil.example/x/predict", r"'\\'"),
            (f'"{PREDICT}"', "'\"'"),
        ],
    )
    def test_a_character_that_no_url_has(self, text: str, character: str):
        line = refused(text)

        assert line.startswith(
            f"endpoint has a character that no URL has: {character} - "
        )

    @pytest.mark.parametrize(
        "text", ["https://host:port/x/predict", "https://host:99999/x/predict"]
    )
    def test_a_port_that_is_none(self, text: str):
        assert refused(text).startswith("endpoint is not a URL: Port ")

    def test_a_broken_address_of_version_6(self):
        assert refused("https://[::1/x/predict").startswith("endpoint is not a URL: ")

    def test_a_long_address_is_cut(self):
        assert len(refused("https://host/" + "x" * 10_000)) < 250

    def test_a_query_is_not_repeated(self):
        assert "token" not in refused(f"{HOST}/x?token=1")
