"""`python -m api.healthcheck`: ask the running service whether it is ready; exits 1 when it is not.

It stands by itself, since to load the application each time would take longer than the answer.
"""

import os
import urllib.error
import urllib.request

_SECONDS = 3


def ask(port: int) -> str | None:
    """Give None when the service on this machine is ready, else why not."""
    # Straight to the port: a proxy of the environment has no business here.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/readyz", timeout=_SECONDS):
            return None
    except urllib.error.HTTPError as error:
        with error:
            return f"not ready: {error.read(2_000).decode(errors='replace')}"
    except OSError as error:
        return f"no answer on port {port}: {error}"


if __name__ == "__main__":
    fault = ask(int(os.environ.get("PORT", "8000")))
    if fault is not None:
        # A text as the status: Python writes it to standard error and exits with 1.
        raise SystemExit(f"samsprak: {fault}")
