"""What the log must not hold: rules by example, and a law over secrets planted anywhere."""
from __future__ import annotations

import json
import string
import time
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.exchange import Exchange
from shared.journal.redaction import redact, redacted

SECRET = "s3cr3t-0f-th1s-t3st"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl"
MET_IN = [
    '{{"access_token": "{0}", "scope": "read_orders"}}',
    '{{"a": {{"refreshToken":"{0}"}}}}',
    '{{"client_secret" : "{0}"}}',
    '{{"headers": {{"Authorization": "Bearer {0}", "Accept": "*/*"}}}}',
    '{{"headers": {{"X-Shopify-Access-Token": "{0}"}}}}',
    '{{"body": "{{\\"access_token\\":\\"{0}\\",\\"expires_in\\":5}}"}}',
    '{{"X-Api-Key": "{0}"}}',
    '{{"apiKey": "{0}", "name": "é"}}',
    '{{"x-functions-key": "{0}"}}',
    '{{"Signature": "{0}"}}',
    '{{"access_token": "{0}',
    '{{"access_token": "{0}\\',
    "Authorization: Bearer {0}\r\nAccept: */*",
    "GET / HTTP/1.1\nX-Shopify-Hmac-Sha256: {0}\nHost: x",
    "Cookie: session={0}",
    "https://demo.myshopify.com/callback?code={0}&hmac={0}&shop=demo.myshopify.com",
    "https://x.example/api?x=1&access_token={0}#top",
    "https://account.blob.core.windows.net/c/b?sv=2024&sig={0}&se=2026",
    "https://user:{0}@bc.example/v2.0/companies",
    "grant_type=client_credentials&client_id=abc&client_secret={0}",
    "client_secret={0}&grant_type=client_credentials",
    '{{"url": "https://x.example/?shop=1\\u0026hmac={0}"}}',
    "the service said: Bearer {0} has expired",
    "the service said: (refresh_token={0})",
    '{{"the customer\'s token": "{0}"}}',
    '{{"token_of_the_signature_of_a_cookie": "{0}"}}',
    '{{"title": "Secret cookie", "secret": "{0}", "cookie": null}}',
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={0};EndpointSuffix=core.windows.net",
    "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={0}",
    "Server=tcp:x;User ID=sa;Password={0};Encrypt=true",
    "Server=x;Uid=sa;Pwd={0}",
    '{{"connection": "AccountName=x;AccountKey={0};"}}',
    '{{"accountKey": "{0}"}}', '{{"primaryKey": "{0}", "secondaryKey": "x"}}', '{{"webServiceKey": "{0}"}}',
    '{{"key": "{0}"}}', '{{"sig": "{0}"}}', '{{"pwd": "{0}"}}', '{{"Pass": "{0}"}}',
    '{{"body": "{{\\"key\\":\\"{0}\\",\\"n\\":5}}"}}', '{{"body": "{{\\"sig\\": \\"{0}\\"}}"}}',
    '{{"name": "access_token", "value": "{0}"}}', '{{"name":"X-Api-Key","value":"{0}"}}',
    '{{"value": "{0}", "name": "client_secret"}}', '{{"value":"{0}","key":"password"}}',
    '{{"body": "[{{\\"name\\":\\"refresh_token\\",\\"value\\":\\"{0}\\"}}]"}}',
    "<AccessToken>{0}</AccessToken>", '<password type="text">{0}</password>', "<ns:clientSecret>{0}</ns:clientSecret>",
    '<add key="Password" value="{0}"/>', "<Token><![CDATA[{0}]]></Token>", "<key>{0}</key>",
    "access_token: {0}", "access_token: ~{0}", "token: null{0}",
    "db:\n  password: {0}\n  port: 5432", "- client_secret: '{0}'", 'token: "{0}"',
    "settings:\n  key: {0}\n",
    "{{'access_token': '{0}', 'scope': 'x'}}", "password = '{0}'", 'export SHOPIFY_CLIENT_SECRET="{0}"',
    "Ocp-Apim-Subscription-Key: {0}", "aeg-sas-key: {0}", "x-functions-key: {0}", "Set-Cookie: session={0}; Path=/",
    "curl -H 'X-Shopify-Access-Token: {0}' https://x.example",
    "https://x.example/?pass={0}&x=1", "https://x.example/api?subscription-key={0}",
    "-----BEGIN PRIVATE KEY-----\n{0}\n-----END PRIVATE KEY-----",
    # percent-encoded, also twice
    "redirect=https%3A%2F%2Fx.example%2F%3Faccess_token%3D{0}%26state%3D1", "u=a%253Faccess_token%253D{0}%2526b%253D1",
    "Authorization: Bearer%20{0}", "Authorization%3A%20Bearer%20{0}%0D%0AAccept%3A%20text",
    "Authorization=Bearer%20{0}",
    "body=%7B%22client_secret%22%3A%22{0}%22%7D", "q=%7B%22a%22%3A%7B%22refresh_token%22%3A%20%22{0}%22%7D%7D",
    "next=%2Fcb%3Fcode%3D{0}%26shop%3Dx", "x=1&client%5Fsecret={0}",
    # blanks around the sign
    "Password = {0}", "Password  =  {0};", "Server = x; Pwd = {0}; Encrypt = true", "client_secret := {0}",
    "'token' => '{0}',", '$config["password"] = "{0}";', "form[access_token]={0}&x=1", "password\t=\t{0}",
    # objects and lists
    '{{"client_secret": {{"value": "{0}"}}}}', '{{"tokens": ["{0}", "b"]}}', '{{"tokens": ["a", {{"x": ["{0}"]}}]}}',
    '{{"password": {{"a": "}}", "b": "{0}"}}, "n": 1}}', '{{"body": "{{\\"secrets\\":[\\"{0}\\"]}}"}}',
    "{{'credentials': {{'user': 'a', 'value': b'{0}'}}}}", "{{'tokens': ('a', '{0}')}}", '{{"token": ["{0}',
    "b=%7B%22tokens%22%3A%5B%22{0}%22%5D%7D", '{{"token":\n  "{0}"}}',
    # quotes as HTML and JSON may spell them
    "{{&quot;access_token&quot;:&quot;{0}&quot;}}", "&#34;access_token&#34;: &#34;{0}&#34;",
    "&#x27;password&#x27;:&#x27;{0}&#x27;", "&amp;quot;token&amp;quot;:&amp;quot;{0}&amp;quot;",
    '{{"b": "{{\\u0022access_token\\u0022:\\u0022{0}\\u0022}}"}}',
    '{{"b": "{{\\\\\\"access_token\\\\\\": \\\\\\"{0}\\\\\\"}}"}}', "&lt;Password&gt;{0}&lt;/Password&gt;",
    "access_token&#61;{0}", '{{"b": "access_token\\u003d{0}\\u0026x=1"}}',
    # blocks of YAML
    "password: |\n  {0}\nport: 5432", "a:\n  client_secret: >-\n    one\n\n    {0}\n  b: 1", "token: |2+\n   {0}\n",
    "- password: |\n    {0}\n  user: x", '{{"config": "password: |\\n  {0}\\nport: 1"}}', "password:\n  {0}\nport: 1",
    "tokens:\n- a\n- {0}\nport: 1", "tokens:\n  - {0}", '"password": |\r\n  {0}\r\n', "credentials:\n  a: x\n  b: {0}",
    '    "x": "password: |\\n  {0}\\n"',
    "password: | # of the shop\n  {0}\n", "password: !!str |\n  {0}\n", "password\u00a0= {0}",
    # rows of two
    '{{"headers": [["X-Shopify-Access-Token", "{0}"]]}}', "[('access_token', '{0}'), ('a', 'b')]",
    "(b'password', b'{0}')",
    # Python
    "{{'access_token': b'{0}'}}", "client_secret=b'{0}'", 'password=rb"{0}"', 'token = """{0}"""', "Grant(token='{0}')",
    "password='it''s {0}'", "{{'key': '{0}'}}", "{{'sig': u'{0}'}}",
    # parts, entries and settings with a name and a value of their own
    '--b\r\nContent-Disposition: form-data; name="client_secret"\r\n\r\n{0}\r\n--b--',
    '--b\nContent-Disposition: form-data; name="token"; filename="t.txt"\nContent-Type: text/plain\n\n{0}\n--b--',
    '{{"body": "--b\\r\\nContent-Disposition: form-data; name=\\"password\\"\\r\\n\\r\\n{0}\\r\\n--b--"}}',
    "env:\n  - name: BC_CLIENT_SECRET\n    value: {0}\n", '- name: "API_KEY"\n  value: "{0}"',
    '<setting name="AccessToken" serializeAs="String">\n  <value>{0}</value>\n</setting>',
    '[\n  {{\n    "name": "client_secret",\n    "value": "{0}"\n  }}\n]',
    '{{"key": "X-Shopify-Hmac-Sha256", "value": "{0}"}}',
    '<add key="X-Shopify-Hmac-Sha256" value="{0}"/>',
    '{{"body": "[{{\\n  \\"name\\": \\"pwd\\",\\n  \\"value\\": \\"{0}\\"\\n}}]"}}',
    # command lines
    "tool --token {0} --x 1", "tool --client-secret '{0}'", 'Connect-Thing -Password "{0}" -Force',
    "curl -u ada:{0} https://x",
    "curl -s --user 'ada:{0}' https://x", '["tool", "--access-token", "{0}"]', "$ tool --pwd {0}", "(tool -token {0})",
    # other names and signs
    "code_verifier={0}&x=1", "bearer:{0}", '{{"bearer": "{0}"}}', "oauth_code={0}", "access_token：{0}", "token＝{0}",
    '{{"value": "{0}", "name": "code_verifier"}}', '{{"authorizationCode": "{0}"}}',
]
LETTERS = string.ascii_letters + string.digits + "-_~."


@pytest.mark.parametrize("text", MET_IN)
def test_a_secret_is_hidden_wherever_it_is_usually_met(text: str) -> None:
    hidden = redact(text.format(SECRET))

    assert SECRET not in hidden
    assert "***" in hidden


@given(secret=st.text(LETTERS, min_size=16, max_size=60).filter(lambda text: any(map(str.isdigit, text))),
       place=st.sampled_from(MET_IN), before=st.text(max_size=20), after=st.text(max_size=20))
@example(secret="0000000000000000", place="the service said: Bearer {0} has expired", before="", after=">0")
@example(secret="-000000000-----0", place="-----BEGIN PRIVATE KEY-----\n{0}\n-----END PRIVATE KEY-----",
         before="", after="")
def test_no_secret_survives_between_any_other_text(secret: str, place: str, before: str, after: str) -> None:
    # With a digit: "key" alone is the name of Shopify's attributes too, and theirs are words.
    planted = f"{before}\n{place.format(secret)}\n{after}"

    if secret not in before + after:
        assert secret not in redact(planted)


@given(secret=st.text(st.characters(codec="ascii", min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=60),
       before=st.text(max_size=20), after=st.text(max_size=20))
def test_what_is_known_to_be_secret_never_appears_whatever_it_looks_like(
    secret: str, before: str, after: str
) -> None:
    for written in (secret, json.dumps(secret)[1:-1], quote(secret, safe="")):
        if written not in before + after and written not in "***":
            assert written not in redact(f"{before} {written} {after}", known=[secret])


@pytest.mark.parametrize("text, known", [
    (f'{{"authorization": "{SECRET}"}}', []), (f"-----BEGIN PRIVATE KEY-----{SECRET}-----END", []),
    (f"https://x.example/?session={SECRET}", []), (f"said {SECRET} twice", [SECRET]),
    (f"said {SECRET.upper()} twice", [SECRET.upper()]),
])
def test_a_secret_is_hidden_wherever_it_lies_in_a_long_text(text: str, known: list[str]) -> None:
    """Signs are looked for part by part."""
    for before in (*range(2**18 - len(text), 2**18 + 1), 3 * 2**17, 2**20):
        assert redact(" " * before + text, known).count("***") == 1


@given(secret=st.text(LETTERS, min_size=16, max_size=40))
def test_url_request_response_and_description_of_an_exchange_are_all_cleaned(secret: str) -> None:
    exchange = an_exchange(
        url=f"https://x.example/cb?hmac={secret}", request=json.dumps({"client_secret": secret}),
        response=json.dumps({"id_token": secret}), description=f"Bearer {secret}", request_id=f"token={secret}",
    )

    # The values, all of them: the names of the fields are ours, and one of them was drawn as a secret.
    assert secret not in repr(msgspec.structs.astuple(redacted(exchange)))


@given(texts=st.lists(st.lists(st.sampled_from([
    f'"token": "{SECRET}", ', f"{SECRET}-known ", f"AccountKey={SECRET};", JWT + " ", "key: ordinary, ", '"pass',
    "word", " ", "Grüße ", "Łódź 😀 ", "\ud83d", "\n", f"https://user:{SECRET}@x ",
]), max_size=8).map("".join), min_size=4, max_size=4))
def test_every_text_of_an_exchange_is_cleaned_as_it_would_be_alone(texts: list[str]) -> None:
    """They are looked through together, and each secret is hidden at its own place."""
    names, known = ("request", "response", "description", "request_id"), [f"{SECRET}-known"]

    cleaned = redacted(an_exchange(**dict(zip(names, texts, strict=True))), known)

    assert [getattr(cleaned, name) for name in names] == [redact(text, known) for text in texts]
    assert not [name for name in names if SECRET in getattr(cleaned, name)]


def test_what_stands_around_a_secret_stays_though_its_name_has_two_telling_words() -> None:
    text = '{"é": 1, "token_of_the_secret": "%s", "n": 2, "password": 12345, "s": "a=b&signature=%s&c=d"}'

    hidden = redact(text % (SECRET, SECRET))

    assert hidden == text.replace("12345", '"%s"') % ("***", "***", "***")


@pytest.mark.parametrize("value", [
    "shpat_0123456789abcdef", "shpca_0123456789abcdef", "shprt_0123456789", "shptka_0123456789abcdef",
    "abC8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789.", "shpss_0123456789abcdef", "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE", "k9" * 43 + "==", JWT,
])
def test_a_token_gives_itself_away_by_its_form(value: str) -> None:
    assert redact(f'{{"note": "this one is {value}, keep it"}}') == '{"note": "this one is ***, keep it"}'


def test_the_code_of_an_authorization_is_secret_and_the_code_of_a_discount_is_not() -> None:
    body = '{"code": "0907a61c0c8d55e99db179b68161bc00"}'

    exchanged = redacted(an_exchange(url="https://demo.myshopify.com/admin/oauth/access_token", request=body))
    discount = redacted(an_exchange(url="https://demo.myshopify.com/admin/api/2026-10/graphql.json", request=body))

    assert exchanged.request == '{"code": "***"}'
    assert discount.request == body


@pytest.mark.parametrize("text", [
    '{"data":{"orders":{"pageInfo":{"endCursor":"eyJsYXN0X2lkIjo1MDAxfQ=="}}}}',
    '{"errors":[{"message":"Invalid API key or access token","extensions":{"code":"THROTTLED"}}]}',
    '{"number":"S7100000000001","email":"marie@example.fr","unitPrice":120.00}',
    "http://127.0.0.1/companies(1)/salesOrders?$filter=externalDocumentNumber%20eq%20'SHP-5001'&$select=id,number",
    '{"vendor":"Victoria\'s Secret","title":"Signature cookie","note":"a token of love","product_type":"Basic"}',
    "https://demo.myshopify.com/?discount_code=SUMMER&zipcode=69002&design=3&monkey=4",
    '{"customAttributes":[{"key":"gift_message","value":"For Marie"},{"key":"size","value":"XL 42"}]}',
    '{"metafields":[{"namespace":"custom","key":"material","value":"oak"}],"keyboard":"azerty"}',
    '{"name":"#1001","value":"120.00"}', "<html><body><p>Bad Gateway</p></body></html>",
    "The token service did not answer. Token: none", "token: null", "secret: true", "password: ~\nport: 5432",
    "sku: KEY-0001-RED",
    "",
    '{"password_reset_url": "https://demo.myshopify.com/account/login", "token_type": "bearer", "tokenType": "x"}',
    '{"token_expires_at": "2026-03-10", "access_token_count": 3, "secretary": "Mme Dupont", "tokenized": "yes"}',
    '{"title": "Token ring (2 pieces)", "sku": "TOKEN-01", "options": [{"name": "Size", "value": "Token"}]}',
    '{"lineItems": [{"name": "Secret Santa box", "value": "12.00"}, {"name": "Signature cookie", "value": "3"}]}',
    '{"customAttributes": [{"key": "gift_token_message", "value": "For Marie"}]}',
    '{"note": "Please hide the secret: surprise for Marie. Her token = none"}',
    '{"note": "Boarding pass: attached, cookie: chocolate please, the token of love: always"}',
    '{"note": "password is known to the neighbour (token, secret or key)"}',
    '{"password": "", "tokens": [], "token": {}}',
    '{"tags": ["token", "secret garden"], "signatureConfirmation": "ADULT", "cookie_flavour": "chocolate"}',
    "Basic T-shirts and basic cotton; bearer certificates", "token:\nthe next line is not below it\n",
    "https://demo.myshopify.com/products/token-of-love?variant=1&utm_source=secret-sale",
    "https%3A%2F%2Fdemo.myshopify.com%2Fproducts%2Fsecret-token%3Fvariant%3D1", "&quot;title&quot;:&quot;Token&quot;",
    "password: |\nport: 5432", "token: true\nsecret: null\npassword: ~", "</token> is the end of <token>",
    "{'title': 'Secret', 'note': b'none'}", '{"query": "query($token: String) { shop { name } }"}',
    '{"customer": {"authorized": true, "passport": "no", "keyboard": "azerty", "compass": "N"}}',
    # an option of what is sold, and what the issuer of a card answered
    '{"selectedOptions": [{"name": "Token", "value": "Blue"}, {"name": "Cookie", "value": "Dark chocolate 70 %"}]}',
    '{\n  "name": "Secret",\n  "value": "Garden 2"\n}', "- name: Key\n  value: brass",
    '<add key="Cookie" value="Oat"/>',
    '{"authorizationCode": "A1B2C3", "accountNumber": "x"}', '{"key": "bulk_child_1xi0i", "value": "one of many"}',
    # flags and words that a telling name stands before
    "tool --no-token --help", "tool --token-type bearer", "tool --token=", "a pre-token step",
    "parser.add('--key', default='')",
    "the secret santa-2026-edition-box is sold out", "Token of love, SKU TOKEN-2026-0001", "| token | number |",
    "signature 2026-10-12T10:00:00Z", "authorization 1234567890123456789",
    "password was changed by jean.perrin@example.fr",
    'form-data; name="token_type"\r\n\r\nbearer\r\n--b--', 'name="token"\nvalue',
    'form-data; name="title"\r\n\r\nSecret Santa 2026\r\n--b--', "curl -u ada https://x.example",
])
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def an_exchange(**fields: str) -> Exchange:
    start = {"url": "https://x.example", "request": "", "response": "", "description": "OK"}
    return Exchange(at=datetime(2026, 3, 10, tzinfo=UTC), direction="Shopify", method="POST", status=200, seconds=0.1,
                    **(start | fields))


QUOTES = ['"', "'", "&quot;", "&#34;", "&#39;", "&#x22;", "%22", "%27", "%2522"]
NAMES = ["access_token", "clientSecret", "PASSWORD", "x-api-key", "refreshToken", "webhook_signature", "Pwd"]
SECRETS = st.text(string.ascii_letters + string.digits, min_size=12, max_size=60).filter(
    lambda text: any(map(str.isdigit, text)))


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """A telling name, a sign and {0} in a spelling of one's own."""
    name, blanks = draw(st.sampled_from(NAMES)), st.sampled_from(["", " ", "  "])
    form = draw(st.sampled_from(["quoted", "json", "list", "object", "bare", "encoded", "yaml", "python"]))
    before, after = draw(blanks), draw(blanks)
    if form == "quoted":
        mark = draw(st.sampled_from(QUOTES))
        colon = "%3A" if mark == "%22" else ":"
        return f"{mark}{name}{mark}{before}{colon}{after}{mark}{{0}}{mark}"
    value = {"list": ["a", "{0}"], "object": {"a": ["b"], "value": "{0}"}}.get(form, "{0}")
    if form in ("json", "list", "object"):
        text = json.dumps({"n": 1, name: value, "m": "x"})
        for _ in range(draw(st.integers(0, 3))):
            text = json.dumps({"body": text})
            if draw(st.booleans()):
                text = text.replace('\\"', "\\u0022")
        return text
    if form == "yaml":
        lines = draw(st.lists(st.sampled_from(["one", "", "two"]), max_size=3))
        return "\n".join(["a: 1", f"  {name}: {draw(st.sampled_from(['|', '>', '|-', '>+']))}",
                          *(f"    {line}" for line in lines), "    {0}", "  b: 2"])
    if form == "python":
        prefix = draw(st.sampled_from(["b", "u", "rb", ""]))
        return f"{{'{name}':{after}{prefix}'{{0}}', 'n': 1}}"
    if form == "encoded":
        return quote(quote(f"?a=1&{name}=", safe="") + "{0}" + quote("&b=2", safe=""), safe="{}%")
    return f"{name}{before}={after}{{0}}"


@given(secret=SECRETS, spelling=spellings(), before=st.text(max_size=20), after=st.text(max_size=20))
def test_no_secret_survives_in_any_spelling_of_name_sign_and_value(
    secret: str, spelling: str, before: str, after: str
) -> None:
    if secret not in before + after:
        assert secret not in redact(f"{before}\n{spelling.replace('{0}', secret)}\n{after}")


@pytest.mark.parametrize("text, kept", [
    ('{"client_secret": {"value": "s"}, "n": 1}', '{"client_secret": "***", "n": 1}'),
    ('{"tokens": ["a", "b"], "n": 1}', '{"tokens": "***", "n": 1}'),
    ("password: |\n  one\n  two\nport: 5432\n", "password: |\n  ***\nport: 5432\n"),
    ("- password: |\n    one\n  user: x", "- password: |\n    ***\n  user: x"),
    ("{'a': 1, 'token': b'one', 'n': 2}", "{'a': 1, 'token': b'***', 'n': 2}"),
    ("a=1&access_token%3Done%26b%3D2&c=3", "a=1&access_token%3D***%26b%3D2&c=3"),
    ("{&quot;token&quot;:&quot;one&quot;,&quot;n&quot;:1}", "{&quot;token&quot;:&quot;***&quot;,&quot;n&quot;:1}"),
    (r'{"b": "{\"token\":\"o\\\"ne\",\"n\":1}", "m": 2}', r'{"b": "{\"token\":\"***\",\"n\":1}", "m": 2}'),
    (r'{"b": "{\u0022token\u0022:\u0022one\u0022,\u0022n\u0022:1}"}',
     r'{"b": "{\u0022token\u0022:\u0022***\u0022,\u0022n\u0022:1}"}'),
    (r'{"b": "{\"token\":\"cut of", "n": 1}', r'{"b": "{\"token\":\"***", "n": 1}'),
    ("Password = my pass phrase\nPort = 1", "Password = ***\nPort = 1"),
    ("Server=x;Password = a b;Port=1", "Server=x;Password = ***;Port=1"),
])
def test_what_stands_around_a_secret_stays(text: str, kept: str) -> None:
    assert redact(text) == kept


HOSTILE = ["token", "token=", 'token":', 'token":"', "token: |\n", "token:\n ", "token:[", 'token:{"', "token\\", "\\",
           "token&amp;", "&amp;quot;", "token%25", "<token>", "token>", "<token ", "bearer ", "key", "'token':'", "%22",
           'token\\":\\"', "token = ", '"name":"token","value":"', "authorization:", "cookie: a=", "token.", "pass: ",
           '{"value":"', "://", "-----BEGIN ", "eyJ", "shpat", "token:b'", "token\\u0022:", "token: {[(", "%5c",
           "['token', '", 'token", "', "token: &a ", "token: | #", 'name="token"\n', 'name="token"\nA: b\n', "--token ",
           "name: token\n value: ", 'name="token"><value>', "token | ", "curl -u ", "token, 'Aa1", "\"--token', '",
           "aaaQ~"]


@pytest.mark.parametrize("part", HOSTILE)
def test_the_time_grows_with_the_text_and_no_faster(part: str) -> None:
    """Four times the text: about four times the work, where sixteen times would be quadratic."""

    def cost(size: int) -> float:
        text = (part * (size // len(part) + 1))[:size]
        began = time.process_time()
        redact(text)
        return time.process_time() - began

    redact(part * 100)
    small = min(cost(60_000) for _ in range(3))

    assert min(cost(240_000) for _ in range(2)) < 10 * max(small, 0.002)


RANDOM = ["uE7kq9+3vQ4F1wZ0y8r2T6s5X1n0M9b8V7c6=", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
          "5f2b9c0d7e8a4b1c9d0e2f3a4b5c6d7e", "Zq7hK2mP9xT4wV8b"]


@pytest.mark.parametrize("secret", RANDOM)
@pytest.mark.parametrize("text", [
    "The access token '{}' is invalid.", "the password is {}", "| client_secret | {} |", "api_key\t{}", "token,{}\n",
    "ValueError: bad secret '{}'", '{{"error": {{"message": "The key of api_key \\"{}\\" is wrong"}}}}',
    "with signature `{}`",
])
def test_a_word_beside_a_telling_name_that_nobody_would_say_is_hidden(text: str, secret: str) -> None:
    assert redact(text.format(secret)).count("***") == 1
    assert secret not in redact(text.format(secret))


@pytest.mark.parametrize("text", ["token[0]={}", "tokens[]={}&page=2", "client_secret[value]: {}", "x?token[a]={}"])
def test_what_follows_a_telling_name_with_an_index_is_hidden(text: str) -> None:
    assert redact(text.format("Zq7hK2mP9xT4wV8b")) == text.format("***")


@pytest.mark.parametrize("text", ["cookie[0] of the box is broken", "tokens[3] was empty", "monkey[1]=banana"])
def test_a_name_with_an_index_and_no_value_stays(text: str) -> None:
    assert redact(text) == text
