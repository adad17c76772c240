"""A stand-in for a company's OpenID Connect provider: it vouches for whom it is told to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import jwt


class Provider:
    """claims: what it says of whoever comes. asked: what it was sent, by path."""

    client_id, secret = "counterpoise", "a secret of the provider"

    def __init__(self):
        self.claims, self.asked = {}, {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.asked[self.path] = dict(self.headers)
                self._answer(provider.answer(self.path))

            def do_POST(self):
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.asked[self.path] = parse_qs(sent)
                self._answer(provider.answer(self.path))

            def _answer(self, document):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, *stated):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path):
        if path.startswith("/.well-known"):
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/token":
            claims = {"iss": self.url, "aud": self.client_id, "exp": 2**33, "iat": 0, **self.claims}
            token = jwt.encode(claims, self.secret * 2, algorithm="HS256")
            return {"access_token": "a", "token_type": "Bearer", "id_token": token}
        return self.claims

    def describe(self):
        from counterpoise.web.company_sign_in import read_provider

        return read_provider(
            {
                "COUNTERPOISE_OIDC_URL": self.url,
                "COUNTERPOISE_OIDC_CLIENT_ID": self.client_id,
                "COUNTERPOISE_OIDC_SECRET": self.secret,
                "COUNTERPOISE_OIDC_NAME": "Acme",
            }
        )

    def close(self):
        self.server.shutdown()
        self.server.server_close()
