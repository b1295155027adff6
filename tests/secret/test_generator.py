"""Generated values: strong, of the length that was asked for, and safe to paste anywhere."""

import re
from base64 import b64decode

import pytest

from gmconfig.errors import UsageError
from gmconfig.secret.named.generator import SecretType, generate, is_generated


@pytest.mark.parametrize("kind", [kind for kind in SecretType if is_generated(kind)])
def test_two_values_never_agree(kind):
    assert generate(kind) != generate(kind)
    assert len(generate(kind)) >= 32


@pytest.mark.parametrize("kind", [SecretType.PASSWORD, SecretType.API_KEY, SecretType.TOKEN])
@pytest.mark.parametrize("length", [22, 64, 256])
def test_a_length_is_kept(kind, length):
    value = generate(kind, length)
    assert len(value) == length and re.fullmatch(r"[A-Za-z0-9_.~-]+", value)


def test_an_encryption_keys_length_is_in_bytes():
    assert len(b64decode(generate(SecretType.ENCRYPTION_KEY, 64))) == 64


@pytest.mark.parametrize(
    ("kind", "length"),
    [
        (SecretType.PASSWORD, 11),
        (SecretType.TOKEN, 257),
        (SecretType.API_KEY, "long"),
        (SecretType.ENCRYPTION_KEY, 33),
        (SecretType.PRIVATE_KEY, 64),
    ],
)
def test_a_length_that_would_be_weak_or_means_nothing_is_refused(kind, length):
    with pytest.raises(UsageError):
        generate(kind, length)


@pytest.mark.parametrize("kind", [SecretType.CERTIFICATE, SecretType.CONNECTION_STRING])
def test_what_comes_from_its_source_is_not_made_up(kind):
    with pytest.raises(UsageError, match="comes from its source"):
        generate(kind)
