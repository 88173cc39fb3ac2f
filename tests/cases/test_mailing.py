from __future__ import annotations

import email
import email.policy
import stat
from typing import TYPE_CHECKING

import pytest

from lienthong.cases.mailing import FolderMailer, Mail, MailRefused, MailSecurity, MailSettings, MailUnknown, SmtpMailer
from tests.simulators.mail_server import Mood, run_mail_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.simulators.mail_server import MailServer

MAIL = Mail("notice-1", "mau@example.vn", "Hồ sơ Z99.01-261130-0001", "Hồ sơ đã có kết quả.\n")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with run_mail_server() as running:
        yield running


def make_mailer(port: int) -> SmtpMailer:
    return SmtpMailer(MailSettings("127.0.0.1", port, MailSecurity.NONE, "mot-cua@example.vn"))


def test_a_mail_server_is_given_the_message_with_an_id_that_stays(server: MailServer) -> None:
    make_mailer(server.port).send(MAIL)
    message = email.message_from_bytes(server.taken[0], policy=email.policy.default)
    assert (message["To"], message["From"]) == (MAIL.to, "mot-cua@example.vn")
    assert message["Message-ID"] == "<notice-1@example.vn>"
    assert message["Subject"] == MAIL.subject
    assert str(message.get_content()).strip() == MAIL.text.strip()


@pytest.mark.parametrize(("mood", "is_final"), [(Mood.REFUSES_ADDRESS, True), (Mood.BUSY, False)])
def test_a_refusal_says_whether_another_try_makes_sense(server: MailServer, mood: Mood, *, is_final: bool) -> None:
    server.mood = mood
    with pytest.raises(MailRefused) as caught:
        make_mailer(server.port).send(MAIL)
    assert caught.value.is_final is is_final
    assert server.taken == []


def test_a_server_that_breaks_off_after_the_text_leaves_the_fate_unknown(server: MailServer) -> None:
    server.mood = Mood.BREAKS_OFF
    with pytest.raises(MailUnknown):
        make_mailer(server.port).send(MAIL)
    assert len(server.taken) == 1


def test_a_server_that_is_away_is_a_refusal() -> None:
    with run_mail_server() as gone:
        port = gone.port
    with pytest.raises(MailRefused):
        make_mailer(port).send(MAIL)


def test_an_address_with_a_second_line_reaches_no_server(server: MailServer) -> None:
    with pytest.raises(MailRefused):
        make_mailer(server.port).send(Mail("x", "a@b.vn\nBcc: c@d.vn", "s", "t"))
    assert server.taken == []


def test_a_folder_holds_a_message_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    for _ in range(2):
        FolderMailer(tmp_path / "mail").send(MAIL)
    (path,) = (tmp_path / "mail").iterdir()
    assert path.name == "notice-1.eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
