/**
 * JupyterLab in a headless Chromium, as a person uses it: training is watched, interrupted and gone on with in
 * `04-train`. With `ACR_SCREENSHOTS=FOLDER` it leaves pictures to look at.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findChromium, type Page, withPage } from "@/demo/chromium.ts";
import { messageOf } from "@/errors.ts";
import { inProject } from "@/paths.ts";
import { testWith } from "@/testing.ts";
import { type NotebookEnvironment, notebookEnvironment } from "./environment.ts";
import { readNotebook, sourceOf } from "./notebook_file.ts";

const CI = Deno.env.get("CI") === "true";
const screenshots = Deno.env.get("ACR_SCREENSHOTS");

let reason = "slow: CI=true or ACR_SCREENSHOTS=FOLDER";
async function findNeeds(): Promise<{ chromium: string; environment: NotebookEnvironment } | undefined> {
  if (!CI && screenshots === undefined) return undefined;
  const chromium = findChromium();
  if (chromium === undefined) {
    reason = "no Chromium";
    return undefined;
  }
  try {
    return { chromium, environment: await notebookEnvironment({ quiet: true }) };
  } catch (error) {
    reason = messageOf(error);
    return undefined;
  }
}

/** Serves a folder by a JupyterLab that keeps its settings apart and asks nothing of its user or of the net. */
async function withJupyterLab(
  { python, env }: NotebookEnvironment,
  folder: string,
  run: (address: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const own = await Deno.makeTempDir({ prefix: "acr-lab-jupyter-" });
  const settings = join(own, "settings", "@jupyterlab", "apputils-extension");
  await Deno.mkdir(settings, { recursive: true });
  await Deno.writeTextFile(
    join(settings, "notification.jupyterlab-settings"),
    JSON.stringify({ fetchNews: "false", checkForUpdates: false }),
  );
  const server = new Deno.Command(python, {
    args: [
      ...["-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port_retries=0", `--port=${port}`],
      ...[`--ServerApp.root_dir=${folder}`, "--IdentityProvider.token=test", "--expose-app-in-browser"],
    ],
    env: {
      ...env,
      JUPYTERLAB_SETTINGS_DIR: join(own, "settings"),
      JUPYTERLAB_WORKSPACES_DIR: join(own, "workspaces"),
      JUPYTER_CONFIG_DIR: join(own, "config"),
      JUPYTER_RUNTIME_DIR: join(own, "runtime"),
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const address = `http://127.0.0.1:${port}`;
    const deadline = Date.now() + 120_000;
    while (!await fetch(`${address}/api?token=test`).then((r) => r.body?.cancel().then(() => r.ok), () => false)) {
      if (Date.now() > deadline) throw new Error("JupyterLab does not start");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await run(address);
  } finally {
    server.kill("SIGTERM");
    await server.status;
    await Deno.remove(own, { recursive: true });
  }
}

/** In the page: the notebook, as JupyterLab itself holds it. */
const PANEL = `[...(window.jupyterapp?.shell.widgets("main") ?? [])].find((w) => w.content?.widgets)`;

class Lab {
  constructor(readonly page: Page) {}

  /** The element of cell `index`. */
  cell(index: number): string {
    return `${PANEL}.content.widgets[${index}].node`;
  }

  /** The text of its output, in the page. */
  output(index: number): string {
    return `(${this.cell(index)}.querySelector(".jp-Cell-outputArea")?.innerText ?? "")`;
  }

  text(index: number): Promise<string> {
    return this.page.evaluate(this.output(index));
  }

  async size(width: number, height: number): Promise<void> {
    await this.page.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }

  async select(index: number): Promise<void> {
    await this.page.evaluate(`${PANEL}.content.activeCellIndex = ${index}, ${PANEL}.content.scrollToItem(${index}), 0`);
  }

  /** Starts a command of JupyterLab's menus. */
  async start(command: string): Promise<void> {
    await this.page.evaluate(`void jupyterapp.commands.execute("${command}").catch(() => {})`);
  }

  /** Presses the mouse on the middle of an element. */
  async click(selector: string): Promise<void> {
    const [x, y] = await this.page.evaluate<[number, number]>(`(() => {
      const { x, y, width, height } = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
      return [x + width / 2, y + height / 2];
    })()`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.page.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    }
  }

  async idle(seconds: number): Promise<void> {
    // A queue of cells is empty when none shows a star.
    const stars = `[...document.querySelectorAll(".jp-InputPrompt")].some((e) => e.textContent.includes("*"))`;
    await this.page.until(
      `${PANEL}.sessionContext.session?.kernel?.status === "idle" && !(${stars})`,
      seconds,
    );
  }

  async picture(name: string): Promise<void> {
    if (screenshots === undefined) return;
    await Deno.mkdir(screenshots, { recursive: true });
    await Deno.writeFile(join(screenshots, `${name}.png`), await this.page.screenshot());
  }
}

testWith(
  await findNeeds(),
  reason,
  "04-train in JupyterLab shows progress and curve in place, stops when interrupted, and goes on",
  async ({ chromium, environment }) => {
    const folder = await Deno.makeTempDir({ dir: inProject(".cache", "notebook"), prefix: "lab-" });
    try {
      await Deno.copyFile(inProject("notebooks", "04-train.ipynb"), join(folder, "04-train.ipynb"));
      const { cells } = await readNotebook(join(folder, "04-train.ipynb"));
      const training = cells.findIndex((cell) => cell.cell_type === "code" && sourceOf(cell).includes("await train("));
      assert.ok(training > 0);
      await withJupyterLab(environment, folder, (address) =>
        withPage(
          chromium,
          `${address}/lab/tree/04-train.ipynb?token=test`,
          async (page) => {
            const lab = new Lab(page);
            await watch(lab, training, cells.length).catch(async (error) => {
              await lab.picture("failed");
              throw error;
            });
          },
        ));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

async function watch(lab: Lab, training: number, count: number): Promise<void> {
  const { page } = lab;
  await page.until(`${PANEL}?.content.widgets.length === ${count}`, 120);
  await page.until(`${PANEL}.sessionContext.session?.kernel?.status === "idle"`, 120);
  // A page that is not in front has no current notebook.
  await page.send("Emulation.setFocusEmulationEnabled", { enabled: true });
  await page.evaluate(`jupyterapp.shell.activateById(${PANEL}.id)`);
  // High enough for every cell: those out of sight are not drawn.
  await lab.size(1000, 1000);
  await lab.select(training);
  await lab.start("notebook:run-all-above");
  await lab.start("notebook:run-cell");

  const bar = `${lab.cell(training)}.querySelector("progress")`;
  const epoch = async () => Number(/Epoch (\d+)\//.exec(await lab.text(training))?.[1]);
  await page.until(`${bar} && /Epoch 4\\//.test(${lab.output(training)})`, 300);
  await lab.select(training);
  const shown = `${lab.cell(training)}.querySelectorAll(".jp-OutputArea-child").length`;
  const outputs = await page.evaluate<number>(shown);
  await lab.picture("1-live");
  const before = await epoch(), text = await lab.text(training);
  assert.match(text, /Epoch \d+\/20 +\d+\/360 images +[\d.]+ images\/s, [\d.]+ m?s left +loss [\d.e-]+/);
  assert.match(text, /validation NME [\d.]+ %.* left/, "the last epoch's line, with the time left of the training");
  await page.until(`Number(/Epoch (\\d+)\\//.exec(${lab.output(training)})?.[1]) >= ${before + 2}`, 120);
  await lab.picture("2-live-later");
  assert.equal(await page.evaluate<number>(shown), outputs, "what is live takes no more room");
  assert.ok(outputs <= 2, `${outputs} outputs`);

  // The button in the toolbar, as a person presses it.
  await lab.click('.jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"]');
  await page.until(`/stopped after \\d+ steps/.test(${lab.output(training)})`, 60);
  await lab.picture("3-interrupted");
  assert.match(await lab.text(training), /Epoch \d+\/20: stopped at \d+\/360 images/);
  assert.doesNotMatch(await lab.text(training), /error|Error/);

  // The kernel lives: the next code cell tests the network as it is.
  const next = training + 2;
  await lab.select(next);
  await lab.start("notebook:run-cell");
  await page.until(`/mean shape: NME/.test(${lab.output(next)})`, 120);
  assert.match(await lab.text(next), /full: 100 faces, NME [\d.]+ %/);

  await lab.select(training);
  await lab.start("notebook:run-all-below");
  await page.until(`/finished after 460 steps/.test(${lab.output(training)})`, 300);
  await lab.select(training);
  await lab.picture("4-trained");
  await lab.idle(120);
  await lab.size(1000, 7000);
  await page.until(
    `document.querySelectorAll(".jp-OutputArea canvas, .jp-OutputArea .vega-embed svg").length >= 7`,
    60,
  );
  await lab.picture("5-whole");
  const errors = await page.evaluate<string[]>(
    `[...document.querySelectorAll('[data-mime-type="application/vnd.jupyter.error"]')].map((e) => e.innerText)`,
  );
  assert.deepEqual(errors, []);
}
