from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.errors import KernelError, KernelErrorKind
from lienthong.kernel.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


class Peers(msgspec.Struct, frozen=True):
    host: str = "127.0.0.1"
    port: int = 5500
    max_frame_bytes: int = msgspec.field(name="max-frame-bytes", default=65536)


class Caller(msgspec.Struct, frozen=True):
    subsystem: str
    open: bool = False


class Settings(msgspec.Struct, frozen=True):
    gateway: str
    peers: Peers = Peers()
    callers: tuple[Caller, ...] = ()
    limits: dict[str, int] = {}
    spelling: Literal["7.7", "7.8"] = "7.8"
    slow_ms: int | None = None


def _write(folder: Path, text: str) -> Path:
    path = folder / "gateway.toml"
    path.write_text(text)
    return path


def _refusal(folder: Path, text: str, environ: dict[str, str] | None = None) -> KernelError:
    with pytest.raises(KernelError) as refused:
        load_settings(_write(folder, text), Settings, environ or {})
    return refused.value


def test_a_file_fills_the_shape_and_defaults_fill_the_rest(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        """
        gateway = "DEMO/GOV/Z99.01/GW1"
        [peers]
        max-frame-bytes = 1024
        [[callers]]
        subsystem = "PORTAL"
        open = true
        [limits]
        anything = 3
        """,
    )

    assert load_settings(path, Settings, {}) == Settings(
        gateway="DEMO/GOV/Z99.01/GW1",
        peers=Peers(max_frame_bytes=1024),
        callers=(Caller("PORTAL", open=True),),
        limits={"anything": 3},
    )


def test_variables_are_laid_over_the_file(tmp_path: Path) -> None:
    path = _write(tmp_path, 'gateway = "A"\n[peers]\nport = 1\n')
    environ = {
        "LIENTHONG_GATEWAY": "123",
        "LIENTHONG_PEERS__PORT": "5501",
        "LIENTHONG_PEERS__MAX_FRAME_BYTES": "2048",
        "LIENTHONG_CALLERS": '[{subsystem = "S", open = true}]',
        "LIENTHONG_SPELLING": "7.7",
        "LIENTHONG_SLOW_MS": "5",
        "HOME": "/nowhere",
    }

    settings = load_settings(path, Settings, environ)

    assert settings.gateway == "123"
    assert settings.peers == Peers(port=5501, max_frame_bytes=2048)
    assert settings.callers == (Caller("S", open=True),)
    assert (settings.spelling, settings.slow_ms) == ("7.7", 5)


@pytest.mark.parametrize(
    ("text", "named", "nearest"),
    [
        ('gatway = "A"', "'gatway'", "'gateway'"),
        ('gateway = "A"\n[peers]\nprot = 1', "'peers.prot'", "'peers.port'"),
        (
            'gateway = "A"\n[[callers]]\nsubsystem = "S"\nopened = true',
            "'callers.0.opened'",
            "'callers.open'",
        ),
        ('gateway = "A"\n[peer]\nport = 1', "'peer'", "'peers'"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(
    text: str, named: str, nearest: str, tmp_path: Path
) -> None:
    error = _refusal(tmp_path, text)

    assert error.kind is KernelErrorKind.SETTINGS_UNKNOWN_KEY
    assert str(tmp_path / "gateway.toml") in error.message
    assert named in error.message
    assert nearest in error.message


def test_an_unknown_variable_is_named_with_the_nearest_known_key(tmp_path: Path) -> None:
    error = _refusal(tmp_path, 'gateway = "A"', {"LIENTHONG_PEERS__PROT": "1"})

    assert error.kind is KernelErrorKind.SETTINGS_UNKNOWN_KEY
    assert "LIENTHONG_PEERS__PROT" in error.message
    assert "'peers.port'" in error.message


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("", {}),
        ("gateway = 1", {}),
        ('gateway = "A"\npeers = 3', {}),
        ('gateway = "A"\n[peers]\nport = "x"', {}),
        ('gateway = "A"', {"LIENTHONG_PEERS__PORT": "many"}),
        ('gateway = "A"', {"LIENTHONG_PEERS__PORT": '"5500"'}),
        ('gateway = "A"', {"LIENTHONG_SPELLING": "8"}),
        ('gateway = "A"\npeers = 3', {"LIENTHONG_PEERS__PORT": "1"}),
    ],
)
def test_a_missing_or_wrong_value_is_refused(text: str, environ: dict[str, str], tmp_path: Path) -> None:
    assert _refusal(tmp_path, text, environ).kind is KernelErrorKind.SETTINGS_INVALID


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    assert _refusal(tmp_path, "gateway =").kind is KernelErrorKind.SETTINGS_MALFORMED


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KernelError) as refused:
        load_settings(tmp_path / "absent.toml", Settings, {})

    assert refused.value.kind is KernelErrorKind.SETTINGS_MISSING
    assert "absent.toml" in refused.value.message


@given(number=st.integers(-(2**63), 2**63 - 1))
def test_a_number_means_the_same_in_the_file_and_in_a_variable(
    number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    in_file = load_settings(_write(folder, f'gateway = "A"\n[peers]\nport = {number}'), Settings, {})
    in_variable = load_settings(_write(folder, 'gateway = "A"'), Settings, {"LIENTHONG_PEERS__PORT": str(number)})

    assert in_file == in_variable
    assert in_file.peers.port == number


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_text_in_a_variable_is_taken_as_it_stands(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = _write(tmp_path_factory.mktemp("settings"), 'gateway = "A"')

    assert load_settings(path, Settings, {"LIENTHONG_GATEWAY": text}).gateway == text


@given(content=st.binary(max_size=60))
def test_any_file_gives_settings_or_a_settings_error(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("settings") / "gateway.toml"
    path.write_bytes(b'gateway = "A"\n' + content)

    try:
        settings = load_settings(path, Settings, {})
    except KernelError as error:
        assert error.kind.name.startswith("SETTINGS")
    else:
        assert settings.gateway == "A"
