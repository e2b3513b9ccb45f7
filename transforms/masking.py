"""Secrets in what is stored or printed: command lines, addresses and messages with stars in their place.

What a name says decides: ``--openai-key`` has a secret behind it, ``--sort-key`` has not. Where a name can mean either, it
is masked: a star too many costs a look into a script, a star too few a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MASK = "***"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLAIN_SECRETS = _words(
    "password passwords passwd passphrase passcode passkey pwd pw secret secrets credential credentials cred creds bearer jwt "
    "apikey authorization otp cookie cookies privatekey accesskey secretkey sas"
)
_ENDINGS = ("password", "passwd", "passphrase", "apikey", "secret", "secretkey", "accesskey", "privatekey", "authtoken")
# Words that mean a secret unless another word of the name says what they are about.
_MAYBE_SECRETS = _words("key keys token pass auth oauth oauth2 sig signature pin pat session sessionid")
_OF_SECRETS = _words(
    "api access account auth private secret client server admin master service encryption license licence signing shared "
    "storage deploy refresh bot app user db aws azure gcp openai anthropic wandb hf github gitlab slack"
)
_OF_OTHER_THINGS = _words(
    "sort sorting order group grouping join merge primary foreign partition row column col index idx cache hash dict map lookup "
    "config json yaml state metric monitor label target feature image text input output data dataset batch sample query value "
    "values head heads num n max min dim size padding pad attention public natural business surrogate composite candidate "
    "shortcut hot eos bos unk sep cls mask special stop start end begin separator per single multi two first second third "
    "forward backward low high band all timeout dropout window embedding embeddings weight loss type types kind count len "
    "length limit limits rate budget ratio ids through by seed block tree level error errors exception warning "
    "unexpected invalid missing unknown bad duplicate not"
)
# What ends so speaks of a secret, and is none.
_ABOUT = _words(
    "file files path dir folder name type field column col length len size count limit limits ttl expiry timeout env var url "
    "endpoint provider manager method mode scheme policy store backend version"
)
_SWITCHES = _words("no disable skip without ignore require enable allow")
_NO_KEYS = _words("monkey turkey donkey whiskey jockey hockey hotkey okey smokey")
_HARMLESS = _words("true false yes no none null on off")

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAME = re.compile(r"([A-Za-z_][\w.-]*)\\*['\"]?\]?\s*(?:=>|:=|[=:])\s*")
_VALUE = re.compile(
    r"\\+(?P<quote>[\"'])(?s:.*?)(?:\\+(?P=quote)|$)|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|[^\s'\",;&)}\]]+"
)
_CONNECTION = re.compile(r"(?P<name>[A-Za-z][\w. -]*?)(?P<between>\s*=\s*)(?P<value>[^;]*)(?=;|$)")
_WHOLE_OPTION = re.compile(r"(?P<name>[-+~]*[A-Za-z_][\w.-]*)(?P<between>=)(?P<value>.*)", re.DOTALL)
_OPTION = re.compile(r"-{1,2}([A-Za-z][\w.-]*)")
_LONG_OPTION = re.compile(r"--[A-Za-z][\w-]*(=.*)?", re.DOTALL)
_LOGIN_OPTIONS = ("-u", "--user", "--userpwd", "--proxy-user")
_HEADER = re.compile(
    r"(?P<before>\b(?:proxy-)?(?:authorization|cookie|set-cookie)\\?['\"]?\]?\s*[:=]\s*)(?P<quote>\\?['\"])?(?P<value>[^'\"\r\n]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(bearer\s+)[^\s'\",;]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>[^\s'\"<>`]*)")
_LOGIN = re.compile(r"(?<![\w/@:])([\w.+%-]+):([^\s@/'\":,;=]+)@(?!sha\d+:)(?=[\w(\[])")
_FORMATS = re.compile(
    r"\bsk-(?=[\w-]*\d)[\w-]{12,}|\b[sprw]k_(?:live|test)_\w+|\bgh[pousr]_\w{8,}|\bgithub_pat_\w+|\bglpat-[\w-]{8,}|\bhf_[A-Za-z0-9]{8,}"
    r"|\bxox[abeprs]-[\w-]{6,}|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bAIza[\w-]{20,}|\bya29\.[\w-]+|\bpypi-[\w-]{16,}|\bnpm_\w{16,}"
    r"|\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----|.*)",
    re.DOTALL,
)
_FILES_AND_WEB = ("http", "https", "git", "ssh", "file", "s3", "s3a", "gs", "gcs", "hdfs", "ftp")


def masked_command(arguments: Iterable[str]) -> Iterator[str]:
    """Yield a command line with stars in place of passwords, tokens and keys.

    Masked are what is assigned to a name that speaks of a secret, also inside of an argument (``--token=x``,
    ``?api_key=x``), what follows such an option (``--token x``), headers with a login, the login in an address, and
    whatever has the form of a well-known kind of key.

    :param arguments: the program and its arguments.
    """
    secret_follows = login_follows = False
    for argument in arguments:
        is_option = _LONG_OPTION.fullmatch(argument) is not None
        if secret_follows and not is_option:
            yield argument if argument.lower() in _HARMLESS else MASK
        elif login_follows and ":" in argument:
            yield f"{argument.partition(':')[0]}:{MASK}"
        else:
            yield _masked_argument(argument)
        option = _OPTION.fullmatch(argument)
        follows_value = secret_follows and not is_option
        secret_follows = option is not None and not follows_value and is_secret(option[1])
        login_follows = argument in _LOGIN_OPTIONS


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


def is_secret(name: str) -> bool:
    """Whether what is assigned to a name is a secret.

    :param name: the name of an option, variable, header or key: ``--hf-token``, ``AWS_SECRET_ACCESS_KEY``, ``apiKey``.
    """
    words = [word.lower() for word in _WORDS.findall(name.replace("OAuth", "Oauth"))]
    if not words or words[0] in _SWITCHES or (len(words) > 1 and words[-1] in _ABOUT):
        return False
    if any(word in _PLAIN_SECRETS or word.endswith(_ENDINGS) for word in words):
        return True
    maybe = [word for word in words if word in _MAYBE_SECRETS or _is_key(word)]
    others = [word for word in words if word not in maybe]
    if not maybe:
        return False
    if any(word in _OF_OTHER_THINGS for word in others):
        return any(word in _OF_SECRETS - _OF_OTHER_THINGS for word in others) and not {"num", "max"} & set(others)
    # Several keys are mostly those of a mapping.
    return maybe != ["keys"] or any(word in _OF_SECRETS for word in others)


def _is_key(word: str) -> bool:
    return word.endswith("key") and word not in _NO_KEYS


def _masked_argument(argument: str) -> str:
    whole = _WHOLE_OPTION.fullmatch(argument)
    if whole is not None and is_secret(whole["name"]):
        return _masked_assignment(whole)
    if ";" in argument and "=" in argument and "://" not in argument:
        start = argument.find("=") + 1 if argument.startswith("-") else 0
        argument = argument[:start] + _CONNECTION.sub(_masked_assignment, argument[start:])
    return masked_text(argument)


def _masked_assignments(text: str) -> str:
    parts, done = [], 0
    for name in _NAME.finditer(text):
        if name.start() >= done and is_secret(name[1]) and (value := _VALUE.match(text, name.end())):
            parts += [text[done : name.end()], _masked_value(value[0])]
            done = value.end()
    return "".join([*parts, text[done:]])


def _masked_value(value: str) -> str:
    if value.lower() in _HARMLESS or value.strip("'\"") == MASK:
        return value
    quote = value[0] if value[0] in "'\"" else ""
    return f"{quote}{MASK}{quote}"


def _masked_assignment(found: re.Match[str]) -> str:
    name, between, value = found["name"], found["between"], found["value"]
    return f"{name}{between}{_masked_value(value)}" if value and is_secret(name) else found[0]


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
    path, mark, query = (f"{MASK}@{after}" if at else rest).partition("?")
    return f"{scheme}://{path}{mark}{_masked_assignments(query)}"
