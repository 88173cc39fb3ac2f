from __future__ import annotations

import pytest

from lienthong.sandbox.logins import make_code


@pytest.mark.parametrize(
    ("moment", "code"),
    # RFC 6238, appendix B, for SHA-1 and the key "12345678901234567890"; the last six of its eight digits.
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_specifications_examples(moment: int, code: str) -> None:
    assert make_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", moment) == code
