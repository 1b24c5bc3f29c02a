"""Mishaps of what goes out: watched exports and digests. The digest's server has more of them in its own tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.extensions.digest.mail_server import CERTIFICATE, PASSWORD, MailServer, serving
from tests.rigs.mishaps.postgres import free_port, silent
from tests.rigs.mishaps.trial import Fault, Mishap, Trial, away, changed, disk, read_only, resize
from tests.rigs.program import Kill

EXPORTS = "a watched export"
DIGESTS = "digest"


# Watched exports


def _feed(trial: Trial) -> Path:
    return trial.place / "out" / "starred.atom"


def _watched(fault: Fault, trial: Trial) -> None:
    """Star a paper while the feed of the starred ones can't be written, which was written before, and then it can."""
    file, papers = _feed(trial), trial.papers
    file.parent.mkdir()
    trial.configure(f'[[exports]]\nquery = "is:starred"\nfile = "{file}"\n')
    trial.must(trial.laptop, "mark", "read", papers[5])
    with fault(trial):
        trial.meets("mark", "star", papers[5], code=0)
        trial.meets("export", "--watched")
    trial.heals("export", "--watched")
    assert file.read_text().count("<entry>") == 4


@contextmanager
def _read_only_folder(trial: Trial) -> Iterator[None]:
    folder = _feed(trial).parent
    with disk(folder), read_only(folder):
        yield


@contextmanager
def _full(trial: Trial) -> Iterator[None]:
    whole = _feed(trial).read_bytes()
    with disk(_feed(trial).parent, 0):
        yield
        assert _feed(trial).read_bytes() == whole, "the feed is damaged"


@contextmanager
def _changed(trial: Trial) -> Iterator[None]:
    with changed(_feed(trial), b"what I wrote into it"):
        yield
        assert _feed(trial).read_text() == "what I wrote into it", "what somebody wrote is lost"


@contextmanager
def _wrong_query(trial: Trial) -> Iterator[None]:
    settings = trial.laptop / "config.toml"
    with changed(settings, settings.read_bytes().replace(b'"is:starred"', b'"is:stared"')):
        yield


def _no_room_for(name: str, words: tuple[str, ...], trial: Trial) -> None:
    """A file that is written by hand on a full disk."""
    folder = trial.place / "out"
    folder.mkdir()
    words = (*words, "-o", str(folder / name))
    with disk(folder, 1):
        trial.meets(*words)
        assert not list(folder.iterdir()), "half a file is left"
        resize(folder)
        trial.heals(*words, says=True)


# Digests

SEND = ("digest", "--since", "3y", "--send")


def _mail(trial: Trial, port: int) -> None:
    """Set the mail, and the variables that it needs."""
    trial.configure(
        f'[digest]\nto = "ada@example.org"\nserver = "localhost:{port}"\nsecurity = "starttls"\nuser = "ada"\n'
    )
    trial.variables = {"SSL_CERT_FILE": str(CERTIFICATE), "DAILYPAPERS_SMTP_PASSWORD": PASSWORD}


def _sent(trial: Trial, server: MailServer, mails: int = 1, *words: str) -> None:
    trial.heals(*SEND, *words, says=True)
    assert len(server.mails) == mails
    trial.must(trial.laptop, *SEND)
    assert len(server.mails) == mails, "the same was sent twice"


def _no_answer(port: int, seconds: float, trial: Trial) -> None:
    """No server answers at a port; one that is all right, at another port, gets the mail."""
    _mail(trial, port)
    trial.meets(*SEND, kill=Kill(seconds))
    with serving() as server:
        settings = trial.laptop / "config.toml"
        settings.write_text(settings.read_text().replace(str(port), str(server.port)))
        _sent(trial, server)


def _mail_server_down(trial: Trial) -> None:
    _no_answer(free_port(), 15, trial)


def _mail_server_silent(trial: Trial) -> None:
    with silent() as port:
        _no_answer(port, 45, trial)


def _with_variables(more: dict[str, str], trial: Trial) -> None:
    with serving() as server:
        _mail(trial, server.port)
        trial.meets(*SEND, more=more)
        _sent(trial, server)


def _refused(word: str, trial: Trial) -> None:
    with serving(refuses=word) as server:
        _mail(trial, server.port)
        trial.meets(*SEND)
        server.refuses = ""
        _sent(trial, server)


def _broken_off(trial: Trial) -> None:
    with serving(breaks_off=True) as server:
        _mail(trial, server.port)
        trial.meets(*SEND)
        server.breaks_off = False
        _sent(trial, server, 2, "--again")


def _program(command: str, trial: Trial) -> None:
    words = ("digest", "--since", "3y", "--to", "command")
    trial.configure(f'[digest]\ncommand = ["{command}"]\n')
    trial.meets(*words)
    settings = trial.laptop / "config.toml"
    settings.write_text(settings.read_text().replace(f'"{command}"', '"true"'))
    trial.heals(*words, says=True)


MISHAPS = (
    Mishap(EXPORTS, "the file's folder is gone", partial(_watched, lambda trial: away(_feed(trial).parent))),
    Mishap(EXPORTS, "the file's folder can only be read", partial(_watched, _read_only_folder)),
    Mishap(EXPORTS, "the file's disk is full", partial(_watched, _full)),
    Mishap(EXPORTS, "something else has written to the file", partial(_watched, _changed)),
    Mishap(EXPORTS, "its query is wrong", partial(_watched, _wrong_query)),
    Mishap(EXPORTS, "by hand, and the disk is full", partial(_no_room_for, "a.atom", ("export", "is:starred"))),
    Mishap(DIGESTS, "the mail server is down", _mail_server_down),
    Mishap(DIGESTS, "the mail server takes the connection and is silent", _mail_server_silent),
    Mishap(DIGESTS, "the password is wrong", partial(_with_variables, {"DAILYPAPERS_SMTP_PASSWORD": "guess"})),
    Mishap(DIGESTS, "there is no password", partial(_with_variables, {"DAILYPAPERS_SMTP_PASSWORD": ""})),
    Mishap(DIGESTS, "its certificate is not trusted", partial(_with_variables, {"SSL_CERT_FILE": "/dev/null"})),
    Mishap(DIGESTS, "the server refuses the address", partial(_refused, "RCPT")),
    Mishap(DIGESTS, "the server refuses the mail", partial(_refused, "DATA")),
    Mishap(DIGESTS, "the server takes the mail and breaks off", _broken_off),
    Mishap(DIGESTS, "the file's disk is full", partial(_no_room_for, "digest.html", ("digest", "--since", "3y"))),
    Mishap(DIGESTS, "there is no such program", partial(_program, "no-such-program")),
    Mishap(DIGESTS, "the program fails", partial(_program, "false")),
)
