"""Seconds until a command that trains has done its first step: runs it in a terminal of its own and reads its progress line.

    python3 first_step.py COMMAND...
"""

import json
import os
import pty
import re
import signal
import sys
import time

LIMIT = 300
FIRST_STEP = re.compile(rb"Epoch 1/\d+ [^\r\n]* loss ")

started = time.perf_counter()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
signal.signal(signal.SIGALRM, lambda *_: os.killpg(pid, signal.SIGKILL))
signal.alarm(LIMIT)
said, seconds = b"", None
while seconds is None:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # What Linux says when the other side has ended.
        chunk = b""
    if not chunk:
        break
    said += chunk
    if FIRST_STEP.search(said):
        seconds = time.perf_counter() - started
try:
    os.killpg(pid, signal.SIGKILL)
except ProcessLookupError:
    pass
os.waitpid(pid, 0)
if seconds is None:
    sys.exit(f"no first step: {said[-300:].decode(errors='replace')}")
print(json.dumps({"seconds": seconds}))
