"""What the tests of the pages ask for."""

from collections.abc import Callable

import pytest

from tests.conftest import County

Read = Callable[..., str]


@pytest.fixture
def read(library: County) -> Read:
    """Read a page that has to be there."""

    def page(path: str) -> str:
        answer = library.client.get(path, follow_redirects=False)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return answer.text

    return page
