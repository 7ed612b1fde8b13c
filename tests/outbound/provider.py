"""A little server on loopback that answers as a test wants, byte by byte."""

import asyncio
import datetime as dt
import json
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

# Bytes are sent, numbers are seconds to wait.
Script = Iterable[bytes | float]


@dataclass
class Provider:
    """A running server: `requests` is what it got, `names` the server names of the TLS handshakes."""

    port: int = 0
    requests: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/jwks"


@asynccontextmanager
async def provider(script: Callable[[str], Script], tls: ssl.SSLContext | None = None) -> AsyncIterator[Provider]:
    """Serve on a free port of 127.0.0.1; each connection gets what `script` gives for the path of its request."""
    made = Provider()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.read(65_536)).decode("latin-1")
            made.requests.append(head)
            if "\r\nContent-Length: " in head and head.endswith("\r\n\r\n"):
                made.requests[-1] += (await reader.read(65_536)).decode("latin-1")
            for part in script(head.partition(" ")[2].partition(" ")[0]):
                if isinstance(part, bytes):
                    writer.write(part)
                    await writer.drain()
                else:
                    await asyncio.sleep(part)
            writer.close()
            await writer.wait_closed()
        except OSError:
            pass  # the client has gone, as most of them shall
        finally:
            writer.transport.abort()

    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: made.names.append(name)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def answer(body: bytes, *headers: str, status: str = "200 OK") -> list[bytes]:
    """Write a whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return ["\r\n".join(lines).encode() + body]


def json_answer(value: object) -> list[bytes]:
    return answer(json.dumps(value).encode(), "Content-Type: application/json")


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for a name or an address that vouches for itself; gives its file and a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    test = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(test)
        .issuer_name(test)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([_general_name(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, folder / "key.pem")
    return file, context


def _general_name(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
