"""Lambda's Runtime API on this machine, and a function that AWS's own runtime client runs against it.

The client asks `next` for an event and posts the answer; a container whose import failed posts `init/error` instead
(https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
"""

import json
import queue
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

from infra.local.processes import end_children, start_child

CLIENT = "awslambdaric==4.2.2"
VERSION = "/2018-06-01/runtime"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


class RuntimeApi(ThreadingHTTPServer):
    """Serves one container: hands out events, and takes answers."""

    daemon_threads = True

    def __init__(self):
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Exchange)
        self.events, self.answers = queue.Queue(), queue.Queue()
        self.ready = threading.Event()
        self.init_error = ""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Print nothing: a container that is ended breaks its connection off."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Exchange(BaseHTTPRequestHandler):
    """One request of the client."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Hand out the next event, once there is one."""
        self.server.ready.set()
        event = self.server.events.get()
        self.respond(
            200,
            json.dumps(event).encode(),
            Content_Type="application/json",
            Lambda_Runtime_Aws_Request_Id=str(uuid4()),
            Lambda_Runtime_Deadline_Ms=str(int((time.time() + 60) * 1000)),
            Lambda_Runtime_Invoked_Function_Arn=ARN + "prove",
            Lambda_Runtime_Trace_Id="Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        )

    def do_POST(self):
        """Take an answer, an error, or the reason why the container did not start."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == f"{VERSION}/init/error":
            self.server.init_error = body.decode()
            self.server.ready.set()
        else:
            self.server.answers.put((self.path.rpartition("/")[2], json.loads(body)))
        self.respond(202, b'{"status":"OK"}')

    def respond(self, status, body, **headers):
        """Answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Write no line."""


class Container:
    """One environment of a function: started cold, invoked, ended. Times are seconds."""

    def __init__(self, python: Path, task: Path, handler: str, environ: dict[str, str], log: Path):
        """`python` has the client; `task` is the unpacked zip, /var/task on AWS."""
        self.api, self.log = RuntimeApi(), log
        self.first_seconds = 0.0
        given = {
            "_HANDLER": handler,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_FUNCTION_NAME": "prove",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "LAMBDA_TASK_ROOT": str(task),
            "LANG": "en_US.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",  # /var/task cannot be written
            "TZ": ":UTC",
        }
        started = time.perf_counter()
        self.process = start_child(
            [str(python), "-m", "awslambdaric", handler], env=given | environ, log=log, folder=task
        )
        self.wait_ready()
        self.init_seconds = time.perf_counter() - started

    def wait_ready(self, seconds: float = 60):
        """Return once the container asks for its first event or says why it cannot."""
        deadline = time.monotonic() + seconds
        while not self.api.ready.wait(0.002):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the container ended: {self.log.read_text()[-2000:]}")

    def invoke(self, event):
        """Return the answer; raise RuntimeError where the function raised or did not start."""
        if self.api.init_error:
            raise RuntimeError(f"init error: {self.api.init_error[:500]}")
        started = time.perf_counter()
        self.api.events.put(event)
        kind, answer = self.api.answers.get(timeout=90)
        self.first_seconds = self.first_seconds or time.perf_counter() - started
        if kind != "response":
            raise RuntimeError(f"the function failed: {json.dumps(answer)[:800]}")
        return answer

    def end(self):
        """End the process and the server."""
        end_children([self.process])
        self.api.shutdown()
        self.api.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def read_headers(answer):
    """Return the headers of an answer, the last value of each."""
    many = {name: values[-1] for name, values in (answer.get("multiValueHeaders") or {}).items()}
    return many | (answer.get("headers") or {})


def install_client(python: str, folder: Path, runner: str) -> Path:
    """Make an environment of a Python with nothing but AWS's client; return its Python. `runner` has pip."""
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True)
    own = folder / "bin" / "python"
    command = [runner, "-m", "pip", "--python", str(own), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--only-binary=:all:", CLIENT], check=True)
    return own
