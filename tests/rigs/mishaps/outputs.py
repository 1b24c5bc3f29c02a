"""Mishaps of what goes out: watched exports and digests. The digest's server has more of them in its own tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.extensions.digest.mail_server import CERTIFICATE, PASSWORD, MailServer, serving
from tests.rigs.crash.disks import mount
from tests.rigs.mishaps.postgres import free_port, silent
from tests.rigs.mishaps.trial import NOTHING, Mishap, Trial, disk, resize
from tests.rigs.program import Kill

EXPORTS = "a watched export"
DIGESTS = "digest"


def _settings(trial: Trial, text: str) -> None:
    file = trial.laptop / "config.toml"
    file.write_text(file.read_text() + text)


# Watched exports


def _watched(trial: Trial, query: str = "is:starred") -> Path:
    """A feed of the starred papers, written once; and then one star more."""
    folder = trial.place / "out"
    folder.mkdir()
    file = folder / "starred.atom"
    _settings(trial, f'[[exports]]\nquery = "{query}"\nfile = "{file}"\n')
    trial.must(trial.laptop, "export", "--watched")
    return file


def _expect_starred(trial: Trial, file: Path) -> None:
    count = file.read_text().count("<entry>")
    trial.expect(count == 4, f"the feed has {count} papers, not 4")


def _export_folder_gone(trial: Trial) -> None:
    file = _watched(trial)
    file.parent.rename(trial.place / "away")
    trial.meets("mark", "star", trial.papers[5], code=0)
    (trial.place / "away").rename(file.parent)
    trial.heals("export", "--watched")
    _expect_starred(trial, file)


def _export_read_only(trial: Trial) -> None:
    file = _watched(trial)
    trial.must(trial.laptop, "mark", "read", trial.papers[5])
    with disk(file.parent):
        mount("-o", "remount,ro", str(file.parent))
        trial.meets("mark", "star", trial.papers[5], code=0)
        mount("-o", "remount,rw", str(file.parent))
        trial.heals("export", "--watched")
    _expect_starred(trial, file)


def _export_full(trial: Trial) -> None:
    file = _watched(trial)
    whole = file.read_bytes()
    with disk(file.parent, 0):
        trial.meets("mark", "star", trial.papers[5], code=0)
        trial.expect(file.read_bytes() == whole, "the feed is damaged")
        trial.keeps("the feed as it was")
        resize(file.parent, 1 << 20)
        trial.heals("export", "--watched")
    _expect_starred(trial, file)


def _export_changed(trial: Trial) -> None:
    file = _watched(trial)
    whole = file.read_bytes()
    file.write_text("what I wrote into it")
    trial.meets("export", "--watched")
    trial.expect(file.read_text() == "what I wrote into it", "what somebody wrote is lost")
    trial.keeps("what somebody wrote")
    file.write_bytes(whole)
    trial.heals("export", "--watched")


def _export_query_wrong(trial: Trial) -> None:
    file = _watched(trial)
    settings = trial.laptop / "config.toml"
    right = settings.read_text()
    settings.write_text(right.replace('"is:starred"', '"is:stared"'))
    trial.meets("export", "--watched")
    settings.write_text(right)
    trial.must(trial.laptop, "mark", "star", trial.papers[5])
    trial.heals("export", "--watched")
    _expect_starred(trial, file)


def _export_by_hand(trial: Trial) -> None:
    folder = trial.place / "out"
    folder.mkdir()
    words = ("export", "is:starred", "--format", "atom", "-o", str(folder / "starred.atom"))
    with disk(folder, 1):
        trial.meets(*words)
        trial.expect(not list(folder.iterdir()), "half a file is left")
        resize(folder, 1 << 20)
        trial.heals(*words, says=True)


# Digests


def _mail(trial: Trial, port: int, security: str = "starttls") -> dict[str, str]:
    """The settings of a mail, and the variables that it needs."""
    user = "" if security == "none" else 'user = "ada"\n'
    server = f'server = "localhost:{port}"\nsecurity = "{security}"\n'
    _settings(trial, f'[digest]\nto = "ada@example.org"\n{server}{user}')
    trial.hidden[str(port)] = "587"
    return {"SSL_CERT_FILE": str(CERTIFICATE), "DAILYPAPERS_SMTP_PASSWORD": PASSWORD}


SEND = ("digest", "--since", "3y", "--send")


def _sent(trial: Trial, server: MailServer, mails: int = 1, *words: str, more: Mapping[str, str] = NOTHING) -> None:
    trial.heals(*SEND, *words, says=True, more=more)
    trial.expect(len(server.mails) == mails, f"{len(server.mails)} mails came, not {mails}")
    trial.must(trial.laptop, *SEND, more=more)
    trial.expect(len(server.mails) == mails, "the same was sent twice")


def _sent_elsewhere(trial: Trial, port: int, more: dict[str, str]) -> None:
    """A server that is all right, at another port, gets the mail."""
    with serving() as server:
        settings = trial.laptop / "config.toml"
        settings.write_text(settings.read_text().replace(str(port), str(server.port)))
        _sent(trial, server, more=more)


def _mail_server_down(trial: Trial) -> None:
    port = free_port()
    more = _mail(trial, port)
    trial.meets(*SEND, more=more, kill=Kill(15))
    _sent_elsewhere(trial, port, more)


def _mail_wrong_password(trial: Trial) -> None:
    with serving() as server:
        more = _mail(trial, server.port)
        trial.meets(*SEND, more={**more, "DAILYPAPERS_SMTP_PASSWORD": "guess"})
        _sent(trial, server, more=more)


def _mail_no_password(trial: Trial) -> None:
    with serving() as server:
        more = _mail(trial, server.port)
        trial.meets(*SEND, more={**more, "DAILYPAPERS_SMTP_PASSWORD": ""})
        _sent(trial, server, more=more)


def _mail_untrusted(trial: Trial) -> None:
    with serving() as server:
        more = _mail(trial, server.port)
        trial.meets(*SEND, more={**more, "SSL_CERT_FILE": "/dev/null"})
        _sent(trial, server, more=more)


def _mail_refused(word: str) -> Callable[[Trial], None]:
    def play(trial: Trial) -> None:
        with serving(refuses=word) as server:
            more = _mail(trial, server.port)
            trial.meets(*SEND, more=more)
            server.refuses = ""
            _sent(trial, server, more=more)

    play.__name__ = f"_mail_refused_{word.lower()}"
    return play


def _mail_broken_off(trial: Trial) -> None:
    with serving(breaks_off=True) as server:
        more = _mail(trial, server.port)
        trial.meets(*SEND, more=more)
        server.breaks_off = False
        _sent(trial, server, 2, "--again", more=more)


def _mail_silent(trial: Trial) -> None:
    with silent() as port:
        more = _mail(trial, port)
        trial.meets(*SEND, more=more, kill=Kill(45))
    _sent_elsewhere(trial, port, more)


def _digest_disk_full(trial: Trial) -> None:
    folder = trial.place / "out"
    folder.mkdir()
    words = ("digest", "--since", "3y", "-o", str(folder / "digest.html"))
    with disk(folder, 1):
        trial.meets(*words)
        trial.expect(not list(folder.iterdir()), "half a file is left")
        resize(folder, 1 << 22)
        trial.heals(*words, says=True)


def _digest_program(command: str) -> Callable[[Trial], None]:
    def play(trial: Trial) -> None:
        _settings(trial, f'[digest]\ncommand = ["{command}"]\n')
        words = ("digest", "--since", "3y", "--to", "command")
        trial.meets(*words)
        settings = trial.laptop / "config.toml"
        settings.write_text(settings.read_text().replace(f'"{command}"', '"true"'))
        trial.heals(*words, says=True)

    play.__name__ = f"_digest_program_{command.replace('-', '_')}"
    return play


MISHAPS = (
    *(
        Mishap(EXPORTS, what, play)
        for what, play in (
            ("the file's folder is gone", _export_folder_gone),
            ("the file's folder can only be read", _export_read_only),
            ("the file's disk is full", _export_full),
            ("something else has written to the file", _export_changed),
            ("its query is wrong", _export_query_wrong),
            ("an export by hand, and the disk is full", _export_by_hand),
        )
    ),
    *(
        Mishap(DIGESTS, what, play)
        for what, play in (
            ("the mail server is down", _mail_server_down),
            ("the mail server takes the connection and is silent", _mail_silent),
            ("the password is wrong", _mail_wrong_password),
            ("there is no password", _mail_no_password),
            ("the server's certificate is not trusted", _mail_untrusted),
            ("the server refuses the address", _mail_refused("RCPT")),
            ("the server refuses the mail", _mail_refused("DATA")),
            ("the server takes the mail and breaks off", _mail_broken_off),
            ("the file's disk is full", _digest_disk_full),
            ("there is no such program", _digest_program("no-such-program")),
            ("the program fails", _digest_program("false")),
        )
    ),
)
"""In the order of the table."""
