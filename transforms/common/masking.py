"""Secrets in what is stored or printed: command lines, addresses and messages with stars in their place.

The name decides where it says what stands behind it: ``--openai-key`` has a secret, ``--key-file`` has none. Where it can be
either, as ``--key`` and ``-p`` can, the value decides: words and numbers are left (``--key user_id``, ``-p 8080``), what mixes
letters with digits or signs is masked. A star too many costs a look into a script, a star too few a key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

MASK = "***"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SECRETS = _words(
    "password passwords passwd passphrase passcode passkey pwd pw secret secrets credential credentials cred creds bearer jwt "
    "apikey authorization otp cookie cookies privatekey accesskey secretkey sas "
    # the same in other languages, without accents
    "passwort kennwort geheimnis motdepasse mdp contrasena contrasenya senha parola palavrapasse wachtwoord haslo heslo "
    "losenord adgangskode passord salasana jelszo sifre пароль 密码 密碼 パスワード 비밀번호"
)
_ENDINGS = (
    "password", "passwd", "passphrase", "apikey", "secret", "secretkey", "accesskey", "privatekey", "authtoken", "passwort",
    "kennwort", "wachtwoord",
)  # fmt: skip
# Words that mean a secret alone or beside one of the next list; beside another, the value decides. So it does behind a mere key.
_KEYS = _words("key keys clave cle schlussel schluessel")
_LOGINS = _words("token pass passe auth oauth oauth2 sig signature pin pat session sessionid")
_OF_SECRETS = _words(
    "api access account auth private secret client server admin master service encryption license licence signing shared "
    "storage deploy refresh bot app user db aws azure gcp openai anthropic wandb hf github gitlab slack"
)
# What ends so speaks of a secret, and is none.
_ABOUT = _words(
    "file files path dir folder name type field column col length len size count limit limits ttl expiry timeout env var url "
    "endpoint provider manager method mode scheme policy store backend version error errors exception"
)
_SWITCHES = _words("no disable skip without ignore require enable allow num max min")
_NO_KEYS = _words("monkey turkey donkey whiskey jockey hockey hotkey okey smokey")
_HARMLESS = _words("true false yes no none null on off")

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
_BARRED = str.maketrans("łøıß", "lois")
_NUMBER = re.compile(r"[-+]?\d{0,6}([.,:]\d{1,6})*([eE][-+]?\d{1,3})?")
_PLAIN = re.compile(r"(?:(?:[^\W\d_]{1,20}|[a-z]{1,2}\d{1,2}|\d{1,4})(?![^\W_])|[-_.,:=/\\<>|\[\] ])*")
_PASSWORD = re.compile(r"-p([^-=]+)")
_USERS = _words("-u -U --user --username --login")
# A name to which nothing is assigned is passed over at once, or a long word would be looked at from each of its letters on.
_NAME = re.compile(r"([^\W\d][\w.-]*+)\\*+['\"]?+\]?+\s*+(?:=>|:=|[=:])\s*|[^\W\d][\w.-]*+")
_VALUE = re.compile(
    r"\\+(?P<quote>[\"'])(?s:.*?)(?:\\+(?P=quote)|$)|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|[^\s'\",;&)}\]]+"
)
_CONNECTION = re.compile(r"(?P<name>[^\W\d_][\w. -]*?)(?P<between>\s*=\s*)(?P<value>[^;]*)(?=;|$)")
_WHOLE_OPTION = re.compile(r"(?P<name>[-+~]*[^\W\d][\w.-]*)(?P<between>=)(?P<value>.*)", re.DOTALL)
_OPTION = re.compile(r"-{1,2}([^\W\d_][\w.-]*)")
_LONG_OPTION = re.compile(r"--[^\W\d_][\w-]*(=.*)?", re.DOTALL)
_USER_AND_PASSWORD = ("u", "user", "userpwd", "proxy-user")
_HEADER = re.compile(
    r"(?P<before>\b(?:proxy-)?(?:authorization|cookie|set-cookie)\\?['\"]?\]?\s*[:=]\s*)(?P<quote>\\?['\"])?(?P<value>[^'\"\r\n]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(bearer\s+)[^\s'\",;]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,40}+)://(?P<rest>[^\s'\"<>`]*)")
_LOGIN = re.compile(r"(?<![\w/@:])([\w.+%-]+):([^\s@/'\":,;=]+)@(?!sha\d+:)(?=[\w(\[])")
_FORMATS = re.compile(
    r"\bsk-(?=[\w-]*\d)[\w-]{12,}|\b[sprw]k_(?:live|test)_\w+|\bgh[pousr]_\w{8,}|\bgithub_pat_\w+|\bglpat-[\w-]{8,}|\bhf_[A-Za-z0-9]{8,}"
    r"|\bxox[abeprs]-[\w-]{6,}|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bAIza[\w-]{20,}|\bya29\.[\w-]+|\bpypi-[\w-]{16,}|\bnpm_\w{16,}"
    r"|\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----|.*)",
    re.DOTALL,
)
_BOT = re.compile(r"bot\d+:.+")
_FILES_AND_WEB = ("http", "https", "git", "ssh", "file", "s3", "s3a", "gs", "gcs", "hdfs", "ftp")


def masked_command(arguments: Iterable[str]) -> Iterator[str]:
    """Yield a command line with stars in place of passwords, tokens and keys.

    Masked are what is assigned to a name that speaks of a secret, also inside of an argument (``--token=x``,
    ``?api_key=x``), what follows such an option (``--token x``), headers with a login, the login in an address, the end of a
    webhook's address, and whatever has the form of a well-known kind of key. What follows ``-p`` is a password where the
    line names a user, too, and where it looks like one.

    :param arguments: the program and its arguments.
    """
    line = list(arguments)
    has_user = any(
        option in _USERS and not value.startswith("-") and not value.endswith(".py") for option, value in pairwise(line)
    )
    named = dict.fromkeys("pP", "login-pass" if has_user else "key")
    name = ""  # of the option before, unless that was a value itself
    for argument in line:
        is_long = _LONG_OPTION.fullmatch(argument) is not None
        if name and not is_long and is_secret(named.get(name, name), argument):
            name = ""
            yield MASK
            continue
        attached = _PASSWORD.fullmatch(argument)
        if attached is not None and is_secret(named["p"], attached[1]):
            yield f"-p{MASK}"
        elif name in _USER_AND_PASSWORD and ":" in argument:
            yield f"{argument.partition(':')[0]}:{MASK}"
        else:
            yield _masked_argument(argument)
        option = _OPTION.fullmatch(argument)
        name = option[1] if option is not None else ""


def masked_text(text: str) -> str:
    """Return a text with stars in place of what looks like a secret, as :func:`masked_command` does.

    :param text: a message, code, a header or a JSON document.
    """
    text = _FORMATS.sub(MASK, masked_address(text))
    text = _HEADER.sub(lambda found: f"{found['before']}{found['quote'] or ''}{MASK}", text)
    text = _BEARER.sub(rf"\1{MASK}", text)
    return _masked_assignments(text)


def masked_address(text: str) -> str:
    """Return an address, or a text with addresses, without the logins and the keys in them.

    :param text: an address such as ``s3://KEY:SECRET@bucket/prefix``, or any text.
    """
    return _LOGIN.sub(rf"\1:{MASK}@", _ADDRESS.sub(_masked_address, text))


def is_secret(name: str, value: str) -> bool:
    """Whether a value that is assigned to a name is a secret.

    :param name: the name of an option, variable, header or key: ``hf-token``, ``AWS_SECRET_ACCESS_KEY``, ``apiKey``.
    :param value: what is assigned to it.
    """
    name = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    words = [word.lower() for word in _WORDS.findall(name.replace("OAuth", "Oauth").translate(_BARRED))]
    if not words or words[0] in _SWITCHES or (len(words) > 1 and words[-1] in _ABOUT) or value.lower() in _HARMLESS:
        return False
    if any(word in _SECRETS or word.endswith(_ENDINGS) for word in [*words, "".join(words)]):
        return True
    keys = {word for word in words if word in _KEYS or _is_key(word)}
    logins = {word for word in words if word in _LOGINS}
    others = {*words} - keys - logins
    if others & _OF_SECRETS or (logins and not others):
        return bool(keys or logins)
    if _NUMBER.fullmatch(value):
        return False
    return bool(logins - {"token"}) or bool(keys or logins) and not _is_plain(value)


def _is_plain(value: str) -> bool:
    """Whether a value is made of words and numbers, as the name of a column, a file or a port is."""
    value = value.strip("\\'\"")
    return len(value) < 6 or _NUMBER.fullmatch(value) is not None or _PLAIN.fullmatch(value) is not None


def _is_key(word: str) -> bool:
    return word.endswith("key") and word not in _NO_KEYS


def _masked_argument(argument: str) -> str:
    whole = _WHOLE_OPTION.fullmatch(argument)
    if whole is not None and is_secret(whole["name"], whole["value"]):
        return _masked_assignment(whole)
    if ";" in argument and "=" in argument and "://" not in argument:
        start = argument.find("=") + 1 if argument.startswith("-") else 0
        argument = argument[:start] + _CONNECTION.sub(_masked_assignment, argument[start:])
    return masked_text(argument)


def _masked_assignments(text: str) -> str:
    parts, done = [], 0
    for name in _NAME.finditer(text):
        if name[1] is None or name.start() < done:
            continue
        value = _VALUE.match(text, name.end())
        if value is not None and is_secret(name[1], value[0]):
            parts += [text[done : name.end()], _masked_value(value[0])]
            done = value.end()
    return "".join([*parts, text[done:]])


def _masked_value(value: str) -> str:
    if value.strip("'\"") == MASK:
        return value
    quote = value[0] if value[0] in "'\"" else ""
    return f"{quote}{MASK}{quote}"


def _masked_assignment(found: re.Match[str]) -> str:
    name, between, value = found["name"], found["between"], found["value"]
    return f"{name}{between}{_masked_value(value)}" if value and is_secret(name, value) else found[0]


def _masked_address(found: re.Match[str]) -> str:
    scheme, rest = found["scheme"], found["rest"]
    before, at, after = rest.rpartition("@")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    user, colon, password = authority.partition(":")
    if at and scheme.lower().rpartition("+")[2] in _FILES_AND_WEB and "@" not in authority:
        # An @ of the path, unless what stands before it is a login with a slash in its password.
        if not colon or password.isdigit():
            before, at, after = "", "", rest
    elif at and not colon:
        before, at, _ = authority.rpartition("@")
        after = rest[len(before) + 1 :]
    login = f"{MASK}@" if at else ""
    path, mark, query = (after if at else rest).partition("?")
    if scheme.lower() in ("http", "https"):
        path = _masked_path(path)
    return f"{scheme}://{login}{path}{mark}{_masked_assignments(query)}"


def _masked_path(path: str) -> str:
    """Return host and path without what lets anybody in who knows it: behind a webhook, a bot or a name of a secret."""
    parts = path.split("/")
    for place in range(1, len(parts)):
        before, part = parts[place - 1], parts[place]
        is_hook = any("hook" in earlier.lower() for earlier in parts[:place])
        if (is_hook or is_secret(before, part)) and not _is_plain(part):
            parts[place] = MASK
        elif _BOT.fullmatch(part):
            parts[place] = f"bot{MASK}"
    return "/".join(parts)
