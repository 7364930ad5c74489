"""A root of its own and the terminal's certificate below it, whose name is the terminal's own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAYS = 365


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _made(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    is_root: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(subject))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )


def write(folder: Path, poi_id: str) -> tuple[Path, Path, str]:
    """Makes both, unless they are there; returns the root (PEM), the terminal's certificate with key
    (PEM), and the SHA-256 of the terminal's certificate in hex."""
    folder.mkdir(parents=True, exist_ok=True)
    root_file, own_file = folder / "terminal-root.pem", folder / "terminal.pem"
    if not own_file.exists():
        _make(root_file, own_file, poi_id)
    own = x509.load_pem_x509_certificate(own_file.read_bytes())
    return root_file, own_file, own.fingerprint(hashes.SHA256()).hex()


def _make(root_file: Path, own_file: Path, poi_id: str) -> None:
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name = "LobbyPay simulated terminals"
    root = _made(root_name, root_name, root_key, root_key, is_root=True)
    own = _made(f"{poi_id}.test.terminal.adyen.com", root_name, key, root_key, is_root=False)
    pem = serialization.Encoding.PEM
    root_file.write_bytes(root.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    own_file.touch(mode=0o600)
    own_file.write_bytes(own.public_bytes(pem) + secret)
