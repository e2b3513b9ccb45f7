"""No secret of a command line, an address or a message is stored or printed, and what is none is left alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.common.masking import masked_address, masked_command, masked_text

S = "s3cr3t"

MASKED = [
    ["--password", S],
    ["--password", f"-{S}"],
    ["--password", f"-x{S}"],
    ["--db-password", S],
    ["--db_pass", S],
    ["--pw", S],
    ["--pwd", S],
    ["--passphrase", S],
    ["--passcode", S],
    ["--userpassword", S],
    ["--token", S],
    ["--hf-token", S],
    ["--hf_token", S],
    ["--accessToken", S],
    ["--refresh-token", S],
    ["--token", "--db-password", S],
    ["--jwt", S],
    ["--bearer", S],
    ["--creds", S],
    ["--credentials", S],
    ["--client-secret", S],
    ["--secret", S],
    ["--secrets", S],
    ["--key", S],
    ["-key", S],
    ["--openai-key", S],
    ["--openaikey", S],
    ["--wandb_key", S],
    ["--api-key", S],
    ["--api-keys", S],
    ["--apikey", S],
    ["--apiKey", S],
    ["--APIKey", S],
    ["--encryption-key", S],
    ["--license-key", S],
    ["--ssh-private-key", S],
    ["--account-key", S],
    ["--aws-access-key-id", S],
    ["--aws_secret_access_key", S],
    ["--signing.key", S],
    ["--auth", S],
    ["--oauth2", S],
    ["--sas", S],
    ["--otp", S],
    ["--pin", S],
    ["--session-id", S],
    ["--cookie", S],
    [f"--password={S}"],
    [f"--password={S} with a space and {S}"],
    [f"--password=a,{S};{S}&{S}"],
    [f"--token='{S}'"],
    [f"DB_PASSWORD={S}"],
    [f"+model.api_key={S}"],
    [f"~db.password={S}"],
    [f"db.password={S}"],
    [f"a=1,token={S},b=2"],
    ["--json", f'{{\\"user\\": \\"me\\", \\"token\\": \\"{S}\\"}}'],
    ["--json", f'"{{\\\\"token\\\\": \\\\"a {S}\\\\"}}"'],
    ["--header", f"Authorization: Bearer {S}"],
    ["--header", f"Authorization: Basic {S}=="],
    ["--header", f"authorization: token {S}"],
    ["-H", f"X-Api-Key: {S}"],
    ["-H", f"X-Auth-Token:{S}"],
    ["-H", f"Cookie: session={S}; other={S}"],
    [f"--header=Authorization: Bearer {S}"],
    ["--note", f"Bearer {S}"],
    ["--db", f"postgres://me:{S}@db/x"],
    ["--db", f"postgres://me:p@{S}@db/x"],
    ["--db", f"postgres://me:p/{S}@db/x"],
    ["--db", f"postgresql+psycopg2://me:{S}?#{S}@db/x?mail=a@b.c"],
    ["--db", f"redis://:{S}@host:6379/0"],
    ["--db", f"mysql://me:{S}@tcp(host)/x"],
    ["--db", f"me:{S}@host:5432/x"],
    ["--urls", f"http://a:{S}@one,http://b:{S}@two"],
    [f"s3://KEY{S}:{S}/a+b@bucket/prefix"],
    [f"https://{S}@host/path"],
    [f"git+https://x-access-token:{S}@github.com/o/r@v1"],
    [f"https://host/?api_key={S}&lines=3"],
    [f"https://host/blob?sv=2020&sig={S}%3D"],
    [f"https://b.s3.amazonaws.com/k?X-Amz-Signature={S}&X-Amz-Credential={S}&X-Amz-Security-Token={S}"],
    [f"https://host/v1?key={S}"],
    [f"Server=db;User Id=me;Password={S} with {S};Encrypt=yes"],
    [f"--dsn=Server=db;Pwd={S}"],
    [f"DefaultEndpointsProtocol=https;AccountName=me;AccountKey={S}==;EndpointSuffix=core"],
    [f"SharedAccessKeyName=root;SharedAccessKey={S}="],
    [f'{{"password": "{S}", "lr": 1}}'],
    [f'{{"password": "a\\"{S} and {S}", "lr": 1}}'],
    [f'{{"headers": {{"Authorization": "Bearer {S}"}}, "lr": 1}}'],
    [f"{{'api_key': '{S}'}}"],
    ["-c", f"login(token='{S}', name='x')"],
    ["-c", f'os.environ["HF_TOKEN"] = "{S}"'],
    ["-c", f"export WANDB_API_KEY={S}; python train.py"],
    ["-u", f"me:{S}"],
    ["--user", f"me:{S}"],
    ["-p", S],
    ["-P", S],
    [f"-p{S}"],
    ["-p", f"pa/{S}@x"],
    ["--passwort", S],
    ["--db-passwort", S],
    ["--Kennwort", S],
    ["--mot-de-passe", S],
    ["--motdepasse", S],
    ["--contraseña", S],
    ["--contrasena", S],
    ["--clave", S],
    [f"senha={S}"],
    ["--wachtwoord", S],
    ["--hasło", S],
    ["--lösenord", S],
    [f"пароль={S}"],
    [f"密码: {S}"],
    ["--api-schlüssel", S],
    [f"https://hooks.slack.com/services/T0{S}/B0{S}/x{S}"],
    [f"https://discord.com/api/webhooks/1234{S}/{S}-x"],
    [f"https://me.webhook.office.com/webhookb2/{S}@{S}/IncomingWebhook/{S}/x{S}"],
    [f"--notify=https://hooks.zapier.com/hooks/catch/1/{S}/"],
    [f"https://api.telegram.org/bot12345678:{S}/sendMessage"],
    [f"https://host/token/{S}"],
    [f"https://host:8080/v1/api-key/{S}/list?page=2"],
    [f"sk-proj-1{S}abcdefgh"],
    [f"ghp_{S}0123456789"],
    [f"hf_{S}0123456789"],
    ["xoxb-123-" + S],
    ["eyJhbGciOi." + S + ".x"],
    ["--pem", f"-----BEGIN RSA PRIVATE KEY-----\n{S}\n-----END RSA PRIVATE KEY-----"],
]

LEFT = [
    ["python", "train.py"],
    ["--tokenizer", "bert"],
    ["--tokenizer=bert"],
    ["--max-tokens", "5"],
    ["--max_tokens=5"],
    ["--pad-token", "<pad>"],
    ["--eos_token_id", "2"],
    ["--token-dropout", "0.1"],
    ["--num-key-value-heads", "8"],
    ["--num_key_value_heads=8"],
    ["--sort-key", "name"],
    ["--sort-key=name"],
    ["--primary-key", "id"],
    ["--partition_key=day"],
    ["--keys", "a,b"],
    ["--state-dict-key", "model"],
    ["--metric-key=loss"],
    ["--public-key", "ssh-rsa"],
    ["--key-file", "/run/key.pem"],
    ["--password-file", "/run/secrets/db"],
    ["--token-path=/run/token"],
    ["--secret-name", "prod/db"],
    ["--password-length", "12"],
    ["--author", "me"],
    ["--author=me"],
    ["--authority", "x"],
    ["--passes", "3"],
    ["--num-passes=3"],
    ["--low-pass", "50"],
    ["--bypass", "x"],
    ["--compass=north"],
    ["--monkey", "1"],
    ["--keyboard", "us"],
    ["--keyword", "cat"],
    ["--keep", "3"],
    ["--no-auth", "data.csv"],
    ["--use-auth-token", "true"],
    ["--spin", "3"],
    ["--sigma", "0.1"],
    ["--design", "x"],
    ["--pattern", "*.csv"],
    ["--session-timeout", "5"],
    ["--epochs=5"],
    ["--lr", "1e-3"],
    ["--threshold", "-1"],
    ["data/passengers=1.csv"],
    ["model.hidden=[128,64]"],
    ["http://host:8080/a@b"],
    ["git+https://github.com/org/repo@main"],
    ["https://host/path?lines=3&page=2"],
    ["repo/image:1.0@sha256:abcdef"],
    ["me@example.org"],
    ["s3://bucket/prefix"],
    ["C:/data/a.csv"],
    ["lr=0.1;epochs=3"],
    ['{"lr": 1, "tokens": 3}'],
    ["print('a: b')"],
    ["sk-learn-model"],
    ["KeyError: 'loss'"],
    ["--header", "Accept: application/json"],
    ["-p", "8080"],
    ["-p", "8080:80"],
    ["--user", "1000", "-p", "127.0.0.1:8080:80"],
    ["-p8080"],
    ["-p", "0.5"],
    ["-p", "alpha", "0.6"],
    ["-p", "lr=0.1"],
    ["-p", "no:cacheprovider"],
    ["-p", "data/train.csv"],
    ["mkdir", "-p", "/data/out/2024-01"],
    ["-pthread"],
    ["-path=a1b2c3"],
    ["--top-p", "0.95"],
    ["--key", "id"],
    ["--key", "customer_id"],
    ["--key", "CustomerId"],
    ["--key=col_1"],
    ["--key", "a,b"],
    ["--key", "3"],
    ["join(on=x, key='customer_id')"],
    ["--clave", "nombre"],
    ["--schluessel", "kunden_nr"],
    ["--eos-token", "<|im_end|>"],
    ["--mask-token=[MASK]"],
    ["--passagier", "3"],
    ["--motor", "3"],
    ["https://docs.github.com/en/webhooks/about-webhooks"],
    ["https://host/hooks/7"],
    ["https://host/key/customer_id"],
    ["https://github.com/org/repo/tree/8f14e45fceea167a"],
]


@pytest.mark.parametrize("command", MASKED, ids=" ".join)
def test_a_secret_of_a_command_line_is_masked(command: list[str]) -> None:
    """However it is given; what says that there was one stays."""
    shown = list(masked_command(["python", "train.py", *command, "--epochs", "5"]))
    assert S not in " ".join(shown)
    assert "***" in " ".join(shown)
    assert shown[:2] == ["python", "train.py"]
    assert shown[-2:] == ["--epochs", "5"]


@pytest.mark.parametrize("command", LEFT, ids=" ".join)
def test_what_is_no_secret_is_left_alone(command: list[str]) -> None:
    """Somebody will want to run it again."""
    assert list(masked_command(["python", "train.py", *command])) == ["python", "train.py", *command]


def test_a_plain_word_behind_p_is_a_password_beside_a_user() -> None:
    """As for ``docker login`` and ``mysql``; alone it may be a parameter's name or a plugin."""
    for user in ("-u", "--user", "--username"):
        assert list(masked_command(["login", user, "me", "-p", "hunter"])) == ["login", user, "me", "-p", "***"]
        assert list(masked_command(["login", user, "me", "-phunter"])) == ["login", user, "me", "-p***"]
    assert list(masked_command(["python", "-u", "train.py", "-p", "fast"])) == [
        "python",
        "-u",
        "train.py",
        "-p",
        "fast",
    ]


secrets = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=30)
printable = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="'\"<>`\\"), max_size=10)
names = st.sampled_from(
    [
        "password",
        "api_key",
        "OPENAI_API_KEY",
        "hf-token",
        "client.secret",
        "wandbKey",
        "DB_PASSWORD",
        "auth-token",
        "jwt",
        "creds",
    ]
)
WAYS = [
    lambda name, secret: [f"--{name}", secret],
    lambda name, secret: [f"--{name}={secret}"],
    lambda name, secret: [f"{name}={secret}"],
    lambda name, secret: [f'{{"{name}": "{secret}"}}'],
    lambda name, secret: ["-c", f"f({name}='{secret}')"],
    lambda name, secret: [f"https://host/path?a=1&{name}={secret}&b=2"],
    lambda name, secret: ["-H", f"Authorization: Bearer {secret}"],
    lambda name, secret: [f"postgresql://user:{secret}@host/db"],
    lambda name, secret: [f"s3://KEY:{secret}@bucket/prefix"],
    lambda name, secret: [f"Server=db;{name}={secret};Encrypt=yes"],
]


@given(names, secrets, st.sampled_from(WAYS))
def test_a_secret_given_in_a_usual_way_never_appears(name: str, secret: str, way: object) -> None:
    """Neither in a command line nor in a text that repeats it."""
    arguments = way(name, secret)  # type: ignore[operator]
    assert secret not in " ".join(masked_command(arguments))
    if len(arguments) == 1:
        assert secret not in masked_text(f"it failed: {arguments[0]} was refused")


@given(secrets, printable, printable, st.sampled_from(["postgresql", "mysql+pymysql", "s3", "https", "redis"]))
@example("p1password", "/", "/", "postgresql")
def test_an_address_keeps_nothing_of_its_login(secret: str, before: str, after: str, scheme: str) -> None:
    """Whatever letters the password has, at signs and slashes among them."""
    address = f"{scheme}://user:x{before}{secret}{after}@host/path"
    assert secret not in masked_address(address)
    assert masked_address(f"got {address}.").endswith("@host/path.")


@given(st.lists(st.text(max_size=20), max_size=5))
def test_masking_changes_nothing_twice(arguments: list[str]) -> None:
    """Any text can be masked, and what is masked stays as it is."""
    once = list(masked_command(arguments))
    assert list(masked_command(once)) == once or "***" in "".join(once)
    assert len(once) == len(arguments)


def test_a_long_word_is_passed_over() -> None:
    """One look at each of its letters would take hours: what a job prints may be the bytes of a picture."""
    word = "y" * 300_000
    assert masked_text(f"{word} token={word}1 {word}") == f"{word} token=*** {word}"
