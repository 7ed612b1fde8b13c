"""Headers of every answer: what browsers may do with it, and what other sites may."""

import pytest

from tests.conftest import BASE, County

ANSWERS = ["/", "/docs", "/begrepp", "/problems", "/api/v1/terms", "/api/v1/nothing", "/nothing", "/healthz"]
ORIGIN = {"Origin": "https://intranet.example"}


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
def test_every_answer_says_what_browsers_may_do_with_it(library: County, path: str, method: str) -> None:
    for _ in range(2):
        headers = library.client.request(method, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-" not in headers["content-security-policy"]
        assert "server" not in headers
        assert "set-cookie" not in headers


@pytest.mark.parametrize("path", ["/terms", "/nothing", "/proposals"])
def test_any_site_may_read(library: County, path: str) -> None:
    for method in ("GET", "HEAD"):
        headers = library.client.request(method, f"{BASE}{path}", headers=ORIGIN).headers
        assert headers.get_list("access-control-allow-origin") == ["*"]
        assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize("path", [f"{BASE}/proposals", "/oauth2/token"])
def test_no_other_site_reads_what_a_write_answers(library: County, path: str) -> None:
    headers = library.client.post(path, headers=ORIGIN).headers
    assert [name for name in headers if name.startswith("access-control-")] == []


@pytest.mark.parametrize("path", ["/terms", "/proposals"])
def test_a_browser_learns_that_other_sites_may_read_and_send_no_token(library: County, path: str) -> None:
    asked = {**ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = library.client.options(f"{BASE}{path}", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    assert "authorization" not in answer.headers["access-control-allow-headers"].lower()
    assert "if-none-match" in answer.headers["access-control-allow-headers"].lower()
