"""Log lines: JSON, one a line whatever a client has written, without secrets; uvicorn's too."""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog

# What looks like a secret, wherever it stands: in a path, in a message of a library, in a traceback.
_SECRETS = (
    (re.compile(r"\beyJ[\w-]{8,}[\w.-]*"), "***"),
    (re.compile(r"\bwhsec_[\w+/=]+"), "***"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), r"\1 ***"),
    (
        re.compile(
            r"(\b(?:client_secret|client_assertion|access_token|token|secret|password|api_?key|authorization)"
            r"(?:=|['\"]?:\s*['\"]?))(?!\s)[^\s&'\",;]+",
            re.IGNORECASE,
        ),
        r"\1***",
    ),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), r"\1***@"),
)


def mask_secrets(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put stars in the place of secrets."""
    for name, value in line.items():
        if isinstance(value, str):
            line[name] = masked(value)
    return line


def masked(text: str) -> str:
    for pattern, stars in _SECRETS:
        text = pattern.sub(stars, text)
    return text


_BEGINNING = (structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True))
# Everything but visible ASCII is escaped: no byte of a client's moves a cursor or breaks a line.
_END = (structlog.processors.format_exc_info, mask_secrets, structlog.processors.JSONRenderer(ensure_ascii=True))
PROCESSORS: list[Any] = [*_BEGINNING, *_END]


class _PatientLogger(structlog.PrintLogger):
    """Drops the lines that cannot be written: a full disk under the log must fail no request."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    debug = info = warning = error = critical = exception = msg


def log_as_json() -> None:
    """Write our lines and those of every library to standard error."""
    structlog.configure(
        processors=PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: _PatientLogger(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[library_handler(sys.stderr)], force=True)


def library_handler(stream: Any) -> logging.Handler:
    """Make the handler that writes what libraries log as our lines are written."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_BEGINNING, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_END],
        )
    )
    return handler
