"""Which addresses are of the internet, however they are written."""

from __future__ import annotations

import pytest

from reader.core.addresses import is_local

LOCAL = [
    "localhost", "LocalHost.", "app.localhost", "127.0.0.1", "127.1", "127.0.0.1.", "2130706433", "0x7f000001",
    "0x7f.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0", "10.0.0.1", "10.1", "172.16.0.1", "192.168.1.1",
    "169.254.169.254", "2852039166", "100.64.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.7", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a00:1",
    "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:c0a8:101::1", "2001:0:7f00:1::1", "2001:0:808:808::80ff:fffe", "fe80::1", "fe80::1%eth0", "fe80::1%25eth0",
    "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1", "2001:db8::1", "100::1", "4000::1",
]  # fmt: skip

PUBLIC = [
    "example.org", "localhost.example.org", "notlocalhost", "nas", "1.1.1.1", "16843009", "0x01010101", "1.1",
    "8.8.8.8.",
    "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1", "2002:101:101::1", "", "a b", "256.0.0.1", "0x", "1.2.3.4.5",
]  # fmt: skip


@pytest.mark.parametrize("host", LOCAL)
def test_local(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", PUBLIC)
def test_public_or_a_name(host: str) -> None:
    assert not is_local(host)
