from __future__ import annotations

from email import message_from_bytes
from email.policy import HTTP
from urllib.parse import parse_qs

from lienthong.sandbox.page_forms import Upload, read_forms

PAGE = """
<form method="get" action="/search"><input name="q"></form>
<form method="post" action="/save" enctype="multipart/form-data">
  <input type="hidden" name="token" value="t&amp;1">
  <input type="radio" name="variant" value="one"><input type="radio" name="variant" value="two" checked>
  <input type="radio" name="other" value="yes"><input type="radio" name="other" value="no">
  <input type="checkbox" name="agreed" checked><input type="checkbox" name="more">
  <select name="place"><option value="">choose</option><option value="06673" selected>A</option></select>
  <select name="first"><option value="x">X</option><option value="y">Y</option></select>
  <textarea name="text">said &lt;so&gt;</textarea>
  <input type="file" name="paper"><button name="stop" value="yes">stop</button>
</form>
"""


def test_a_form_holds_what_a_browser_would_send_and_names_all_that_can_be_told() -> None:
    (form,) = read_forms(PAGE)
    assert form.action == "/save"
    assert form.fields == {
        "token": "t&1",
        "variant": "two",
        "agreed": "on",
        "place": "06673",
        "first": "x",
        "text": "said <so>",
    }
    assert form.names == {"token", "variant", "other", "agreed", "more", "place", "first", "text", "paper"}


def test_a_form_with_files_is_sent_in_parts() -> None:
    (form,) = read_forms(PAGE)
    content_type, body = form.encode({"text": "Đã ký"}, {"paper": Upload("a.png", "image/png", b"\x89PNG\r\n")})
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=HTTP)
    parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
    assert parts["text"].get_payload(decode=True) == "Đã ký".encode()
    assert parts["paper"].get_filename() == "a.png"
    assert parts["paper"].get_payload(decode=True) == b"\x89PNG\r\n"
    assert parts["variant"].get_payload(decode=True) == b"two"


def test_a_plain_form_is_sent_as_one_line() -> None:
    (form,) = read_forms("<form method=post action=/><input name=login></form>")
    content_type, body = form.encode({"login": "Đà&Nẵng"}, {})
    assert (content_type, parse_qs(body.decode())) == ("application/x-www-form-urlencoded", {"login": ["Đà&Nẵng"]})
