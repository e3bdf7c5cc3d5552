"""A proxy between a client and the server that writes down what passes: for tests that count uploads
or mutations. Bodies of GraphQL requests are kept, of others only the length."""
import http.client
import http.server
import json
import threading
import urllib.parse


class Passed:
    def __init__(self, method, path, length, body, status):
        self.method, self.path, self.length, self.status = method, path.split("?")[0], length, status
        self.query = self.variables = None
        if self.path == "/graphql" and body:
            asked = json.loads(body)
            self.query, self.variables = asked["query"], asked.get("variables") or {}

    def __repr__(self):
        return f"{self.method} {self.path[:30]} {self.length} {self.status}"


class Proxy:
    def __init__(self, url):
        self.passed = []
        target = urllib.parse.urlsplit(url).netloc
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                connection = http.client.HTTPConnection(target, timeout=120)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    connection.putheader(name, value)
                connection.endheaders(body)
                response = connection.getresponse()
                answer = response.read()
                proxy.passed.append(Passed(self.command, self.path, length, body, response.status))
                self.send_response_only(response.status)
                for name, value in response.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                connection.close()

            do_GET = do_POST = do_PUT = do_OPTIONS = pass_on

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # clients reset connections that they do not need any more
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def mutations(self, name):
        """Variables of the mutations that select a field of that name."""
        return [p.variables for p in self.passed if p.query and "mutation" in p.query and name + "(" in p.query]

    def uploads(self, at_least=0):
        """Lengths of what was uploaded."""
        return [p.length for p in self.passed if p.method == "PUT" and p.length >= at_least]
