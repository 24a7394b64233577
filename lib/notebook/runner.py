"""Executes one notebook headless and tells, as JSON lines on standard output, how it goes.

    python runner.py INPUT OUTPUT --folder DIR --timeout SECONDS [--kernel NAME] [--interrupt-after CELL=SECONDS]

Lines: {"cell": i, "of": n} before each code cell; then {"done": true} or {"failed": {...}}. The executed notebook is
written to OUTPUT in either case. Exit status: 0, 1 for a failing cell, 2 for anything else.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
from queue import Empty

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async

ANSI = re.compile(r"\x1b\[[0-9;]*m")
# lib/notebook/prelude.ts prints the first and keeps what the second reads.
UNHANDLED = "Unhandled rejection: "
LATE = """await new Promise((resolve) => setTimeout(resolve, 50));
console.log((globalThis[Symbol.for("acr-lab.unhandled")] ?? []).join("\\n"));"""


def tell(**message):
    print(json.dumps(message), flush=True)


class DenoNotebookClient(NotebookClient):
    """Waits a little after the kernel says it is idle: the Deno kernel may send a cell's last output later."""

    grace = 0.15

    # A private method of nbclient 0.11, which is why that version is pinned.
    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        done = False
        while True:
            try:
                message = await ensure_async(self.kc.iopub_channel.get_msg(timeout=self.grace if done else None))
            except Empty:
                return
            if message["parent_header"].get("msg_id") == parent_msg_id:
                try:
                    self.process_message(message, cell, cell_index)
                except CellExecutionComplete:
                    done = True


def text_of(cell, kind):
    """All that a cell wrote to one stream."""
    return "".join(o["text"] for o in cell.get("outputs", []) if o["output_type"] == "stream" and o["name"] == kind)


def failure(error, cell, index):
    """What a person needs to find the fault: the cell, and what the kernel said of it."""
    shown = {"cell": index, "id": cell.get("id", ""), "source": cell.source, "name": "", "message": "", "traceback": ""}
    if isinstance(error, CellTimeoutError):
        return {**shown, "name": "Timeout", "message": "the cell took longer than it may"}
    if isinstance(error, DeadKernelError):
        return {**shown, "name": "DeadKernel", "message": "the kernel died"}
    for output in cell.get("outputs", []):
        if output["output_type"] == "error":
            trace = ANSI.sub("", "\n".join(output["traceback"]))
            return {**shown, "name": output["ename"], "message": ANSI.sub("", output["evalue"]), "traceback": trace}
    return {
        **shown,
        "name": "SyntaxError",
        "message": "the kernel gave no reason, as it does for code that does not parse; notebook:check shows the place",
    }


def unhandled(cell, index, message):
    return {**failure(None, cell, index), "name": "Unhandled rejection", "message": ANSI.sub("", message).strip()}


async def execute(client, notebook, interrupt):
    """Executes the code cells in order; returns a failure, or None."""
    numbers = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    async with client.async_setup_kernel():
        for index in numbers:
            cell = notebook.cells[index]
            tell(cell=index, of=len(notebook.cells))
            task = asyncio.ensure_future(client.async_execute_cell(cell, index))
            if index in interrupt:
                await asyncio.sleep(interrupt[index])
                await ensure_async(client.km.interrupt_kernel())
            try:
                await task
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                return failure(error, cell, index)
            written = text_of(cell, "stderr")
            if UNHANDLED in written:
                return unhandled(cell, index, written[written.index(UNHANDLED) + len(UNHANDLED) :])
        # A rejection may come to light when its cell is long done: those are put to the last cell's account.
        late = nbformat.v4.new_code_cell(LATE)
        notebook.cells.append(late)
        try:
            await client.async_execute_cell(late, len(notebook.cells) - 1)
        finally:
            notebook.cells.pop()
        if numbers and text_of(late, "stdout").strip():
            return unhandled(notebook.cells[numbers[-1]], numbers[-1], text_of(late, "stdout"))
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--timeout", type=int, required=True)
    parser.add_argument("--kernel", default="deno")
    parser.add_argument("--interrupt-after", action="append", default=[])
    options = parser.parse_args()
    interrupt = {int(c): float(s) for c, s in (text.split("=") for text in options.interrupt_after)}
    # Ctrl-C at the caller: leave by the context manager, which ends the kernel.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))

    with open(options.input, encoding="utf-8") as file:
        notebook = nbformat.read(file, as_version=4)
    client = DenoNotebookClient(
        notebook,
        kernel_name=options.kernel,
        timeout=options.timeout,
        resources={"metadata": {"path": options.folder}},
    )
    failed = asyncio.run(execute(client, notebook, interrupt))
    with open(options.output + ".tmp", "w", encoding="utf-8") as file:
        nbformat.write(notebook, file)
    os.replace(options.output + ".tmp", options.output)
    if failed:
        tell(failed=failed)
        return 1
    tell(done=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
