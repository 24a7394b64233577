"""Seconds until a command that trains has done its first step: runs it in a terminal of its own and reads its progress line.

    python3 first_step.py COMMAND...
"""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

LIMIT = 300
FIRST_STEP = re.compile(rb"Epoch 1/\d+ [^\r\n]* loss ")

started = time.perf_counter()
ours, theirs = pty.openpty()
# A group of its own, so that all of it can be ended; the same session, as it is a part of this benchmark.
command = subprocess.Popen(sys.argv[1:], stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=os.setpgrp)
os.close(theirs)
said, seconds = b"", None
while seconds is None and time.perf_counter() - started < LIMIT:
    readable, _, _ = select.select([ours], [], [], 1)
    if not readable:
        continue
    try:
        chunk = os.read(ours, 65536)
    except OSError:  # What Linux says when the other side has ended.
        break
    if not chunk:
        break
    said += chunk
    if FIRST_STEP.search(said):
        seconds = time.perf_counter() - started
try:
    os.killpg(command.pid, signal.SIGKILL)
except ProcessLookupError:
    pass
command.wait()
if seconds is None:
    sys.exit(f"no first step: {said[-300:].decode(errors='replace')}")
print(json.dumps({"seconds": seconds}))
