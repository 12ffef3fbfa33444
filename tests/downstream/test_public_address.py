"""No connection of ours reaches a machine that is not public, whatever a target's address or its name says."""

import datetime as dt
import socket
import ssl
import time
import warnings

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.downstream.http_post import post_bytes
from chalicelib.downstream.public_address import CONNECT, TOTAL, Network, is_public, make_tls
from chalicelib.downstream.target import Target, read_target, split_targets
from chalicelib.errors import TargetRefusedError
from tests.builders.receiver import SECRET, Receiver

PUBLIC_4, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
TLS = make_tls()  # reading what the machine trusts takes longer than a test
HEADERS = {"webhook-id": "m1", "webhook-timestamp": "0", "webhook-signature": ""}

# Addresses that must be refused as they stand: nothing is even looked up.
ODD = [
    "http://shop.example/",
    "http://shop.example:80/",
    "https://shop.example:80/",
    "https://shop.example:8443/",
    "https://shop.example:22/",
    "https://shop.example:0443/",
    "https://shop.example:/",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "gopher://shop.example/",
    "//shop.example/",
    "shop.example",
    "",
    "https://",
    "https:///x",
    "HTTPS://shop.example/",
    "https://user@shop.example/",
    "https://user:word@shop.example/",
    "https://shop.example@169.254.169.254/",
    "https://shop.example\\@127.0.0.1/",
    "https://shop.example#@127.0.0.1/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://127.0.0.0x1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[fd00:ec2::254]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::7f00:1]/",
    "https://93.184.215.14/",
    "https://localhost/",
    "https://metadata/",
    "https://shop.example./",
    "https://.shop.example/",
    "https://shop..example/",
    "https://-shop.example/",
    "https://shop-.example/",
    "https://shop_one.example/",
    "https://ѕhop.example/",
    "https://shop.exаmple/",
    "https://shop.example/ x",
    "https://shop.example/\r\nHost: 127.0.0.1",
    "https://shop.example\n",
    "https://shop.example/%zz",
    "https://shop.example/#fragment",
    "https://shop.example/" + "x" * 8_192,
    "https://" + "a." * 130 + "example/",
    "https://" + "a" * 64 + ".example/",
    "http://127.0.0.1:8000/",
    "http://127.0.0.1/",
    "https://127.0.0.1.1/",
    "https://shop.example:443:443/",
    "https://shop%2eexample/",
    "https://shop.example\t/",
    "https://shop.example/\x00",
    "https://ſhop.example/",
    "https://shop.example/é",
]

# What a name may turn out to be: none of these is connected to, alone or beside a public address.
CLOSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.215.14",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::5db8:d70e",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:5db8:d70e::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
    "2606:2800::1%1",
]
OPEN = [
    PUBLIC_4,
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    PUBLIC_6,
    "2a00:1450:4001::1",
    "2001:200::1",
    "2620:0:862::1",
]


@pytest.fixture
def connects(monkeypatch):
    """Return a list of every connection, as the socket is asked for it, and a way to lead an address elsewhere."""
    made, doors, before = [], {}, socket.socket.connect

    def connect(self, address):
        made.append(address[:2])
        return before(self, doors.get(address[0], address))

    def refuse(self, *_):
        raise AssertionError("connect_ex, sendto: not a way out that we use")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket.socket, "sendto", refuse)
    return made, doors


class Names:
    """Answers look-ups as told, one answer after the other; the last stays."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, host, port, **_):
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in answer
        ]


def post(address, network, *, local=False):
    return post_bytes(read_target("shop", address, local=local), b"{}", HEADERS, network)


@pytest.mark.parametrize("address", ODD)
def test_odd_address_is_refused_before_any_look_up(address, connects):
    names = Names([PUBLIC_4])

    with pytest.raises(TargetRefusedError) as refused:
        post(address, Network(names, TLS))

    assert (connects[0], names.asked) == ([], [])
    assert "127" not in str(refused.value)
    assert "example" not in str(refused.value)


@pytest.mark.parametrize("beside", [[], [PUBLIC_4], [PUBLIC_6, PUBLIC_4]], ids=["alone", "beside v4", "beside both"])
@pytest.mark.parametrize("address", CLOSED)
def test_name_with_an_address_that_is_not_public_is_not_connected_to(address, beside, connects):
    for answer in ([address, *beside], [*beside, address]):
        with pytest.raises(TargetRefusedError, match="not public"):
            post("https://shop.example/hooks", Network(Names(answer), TLS))

    assert connects[0] == []


@pytest.mark.parametrize("address", OPEN)
def test_addresses_of_the_open_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", [*CLOSED, "", "shop.example", "127.1", "0x7f000001", "2130706433", "0177.0.0.1"])
def test_all_others_are_not(address):
    assert not is_public(address)


def test_name_without_an_address_is_refused(connects):
    with pytest.raises(TargetRefusedError):
        post("https://shop.example/", Network(Names([]), TLS))
    with pytest.raises(OSError, match="look-up"):
        post("https://shop.example/", Network(Names(socket.gaierror(-2, "no such name")), TLS))
    assert connects[0] == []


def test_look_up_that_does_not_end_is_not_waited_for(connects, brief):
    began = time.monotonic()

    with pytest.raises(TimeoutError):
        post("https://shop.example/", Network(lambda *_, **__: time.sleep(20), TLS))

    assert brief[0] <= time.monotonic() - began < brief[0] + 8  # a busy machine's leeway
    assert connects[0] == []


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Return what issues certificates and a context that trusts it: make(name, days=...) -> server context."""
    folder = tmp_path_factory.mktemp("tls")
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = make_certificate("test authority", ca_key, ca_key, "test authority", ca=True)
    (folder / "ca.pem").write_bytes(ca)

    def make(name, *, days=1, issuer="test authority", signer=None):
        key = ec.generate_private_key(ec.SECP256R1())
        pem = make_certificate(name, key, signer or (key if issuer == name else ca_key), issuer, days=days)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = folder / f"{name}-{days}-{issuer}.pem"
        path.write_bytes(private + pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    trusting = make_tls()
    trusting.load_verify_locations(folder / "ca.pem")
    return make, trusting


def make_certificate(name, key, signer, issuer, *, days=1, ca=False):
    """Return a certificate in PEM that ends `days` from now; one with days < 0 has ended."""
    now = dt.datetime.now(dt.UTC)
    named = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])  # noqa: E731
    built = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=30))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)] if not ca else [x509.DNSName("ca")]), False)
    )
    return built.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def reach(receiver, connects):
    """Lead the public addresses of these tests to a receiver."""
    for address in (PUBLIC_4, PUBLIC_6):
        connects[1][address] = ("127.0.0.1", receiver.port)


def signed_headers():
    from chalicelib.downstream.signing import read_keys, sign_event

    return sign_event("m1", int(time.time()), b"{}", read_keys(SECRET))


def test_public_name_is_reached_at_the_address_looked_up_with_its_own_name_in_tls_and_host(authority, connects):
    make, tls = authority
    names = Names([PUBLIC_4], ["127.0.0.1"])  # who asks again is led home: rebinding
    with Receiver(204, tls=make("shop.example")) as receiver:
        reach(receiver, connects)
        target = read_target("shop", "https://shop.example/hooks?x=1", local=False)

        assert post_bytes(target, b"{}", signed_headers(), Network(names, tls)) == 204

    assert connects[0] == [(PUBLIC_4, 443)]
    assert names.asked == ["shop.example"]
    [(headers, body)] = receiver.got
    assert (headers["host"], headers[":line"], body) == ("shop.example", "POST /hooks?x=1 HTTP/1.1", b"{}")


def test_proxies_of_the_environment_are_not_asked(authority, connects, monkeypatch):
    make, tls = authority
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Receiver(204, tls=make("shop.example")) as receiver:
        reach(receiver, connects)
        target = read_target("shop", "https://shop.example", local=False)
        assert post_bytes(target, b"{}", signed_headers(), Network(Names([PUBLIC_4]), tls)) == 204

    assert connects[0] == [(PUBLIC_4, 443)]


def test_next_address_is_tried_when_one_is_down(authority, connects):
    make, tls = authority
    with Receiver(204, tls=make("shop.example")) as receiver:
        connects[1].update({PUBLIC_4: ("127.0.0.1", 9), "93.184.215.15": ("127.0.0.1", receiver.port)})
        target = read_target("shop", "https://shop.example", local=False)
        network = Network(Names(["93.184.215.15", PUBLIC_4]), tls)
        assert post_bytes(target, b"{}", signed_headers(), network) == 204

    assert connects[0] == [(PUBLIC_4, 443), ("93.184.215.15", 443)]


@pytest.mark.parametrize(
    "broken",
    [
        {"name": "other.example"},
        {"name": "shop.example", "days": -1},
        {"name": "shop.example", "issuer": "shop.example"},
    ],
    ids=["another name", "expired", "self-signed"],
)
def test_certificate_that_is_not_good_is_refused_and_nothing_is_sent(broken, authority, connects):
    make, tls = authority
    with Receiver(204, tls=make(**broken)) as receiver:
        reach(receiver, connects)
        with pytest.raises(ssl.SSLCertVerificationError):
            post("https://shop.example/", Network(Names([PUBLIC_4]), tls))

    assert receiver.got == []


def test_tls_before_1_2_is_refused(authority, connects):
    make, tls = authority
    old = make("shop.example")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with Receiver(204, tls=old) as receiver:
        reach(receiver, connects)
        with pytest.raises(ssl.SSLError):
            post("https://shop.example/", Network(Names([PUBLIC_4]), tls))

    assert receiver.got == []


def test_all_that_one_post_may_take_is_five_seconds():
    assert (CONNECT, TOTAL) == (2, 5)


def test_handshake_that_does_not_end_is_not_waited_for(connects, brief):
    with Receiver("hang") as receiver:  # speaks no TLS: it waits for a request that never comes
        reach(receiver, connects)
        began = time.monotonic()
        with pytest.raises(OSError):  # noqa: PT011 - a time-out, by whichever name
            post("https://shop.example/", Network(Names([PUBLIC_4])))

    assert time.monotonic() - began < brief[1] + 10


def test_this_machine_is_a_target_in_local_runs_alone(connects):
    with Receiver(204) as receiver:
        target = read_target("shop", receiver.url, local=True)
        assert target == Target("shop", "127.0.0.1", receiver.port, "/events?from=regulars", local=True)
        assert post_bytes(target, b"{}", signed_headers(), Network(Names([]))) == 204
        with pytest.raises(TargetRefusedError):
            read_target("shop", receiver.url, local=False)

    assert connects[0] == [("127.0.0.1", receiver.port)]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.2:80/", "http://localhost:80/", "http://127.0.0.1:99999/", "http://[::1]:80/"]
)
def test_not_even_there_is_any_other_plain_address_one(address):
    with pytest.raises(TargetRefusedError):
        read_target("shop", address, local=True)


@pytest.mark.parametrize(
    ("setting", "targets"),
    [
        ("", {}),
        (" , ", {}),
        ("erp=https://a.example", {"erp": "https://a.example"}),
        (
            "erp=https://a.example?x=1, crm=https://b.example",
            {"erp": "https://a.example?x=1", "crm": "https://b.example"},
        ),
    ],
)
def test_targets_are_named_and_separated_by_commas(setting, targets):
    assert split_targets(setting) == targets


@pytest.mark.parametrize("setting", ["https://a.example", "Erp=https://a.example", "a=x,a=y", "=https://a.x", "a b=x"])
def test_list_of_targets_that_cannot_be_one_is_refused(setting):
    with pytest.raises(TargetRefusedError):
        split_targets(setting)


@pytest.mark.parametrize("host", ["shop.example", "xn--e1afmkfd.xn--p1ai", "a-b.c1.example", "1und1.example"])
def test_plain_names_are_taken(host):
    assert read_target("shop", f"https://{host}:443", local=False) == Target("shop", host, 443, "/")
