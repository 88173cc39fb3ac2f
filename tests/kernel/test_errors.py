from __future__ import annotations

import pickle

from lienthong.kernel.errors import KernelError, KernelErrorKind


def test_an_error_reads_as_its_message_and_keeps_its_kind() -> None:
    error = KernelError(KernelErrorKind.KEY_MISSING, "key file k cannot be read")

    assert str(error) == "key file k cannot be read"
    assert error.kind is KernelErrorKind.KEY_MISSING


def test_an_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(KernelError(KernelErrorKind.KEY_MISSING, "gone")))  # noqa: S301 # our own bytes

    assert isinstance(error, KernelError)
    assert (error.kind, error.message) == (KernelErrorKind.KEY_MISSING, "gone")
