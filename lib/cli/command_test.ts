import assert from "node:assert/strict";
import {
  createCommand,
  ExitCode,
  listOption,
  quoteArguments,
  runCommand,
  systemSentence,
  wholeOption,
} from "./command.ts";

async function say(
  args: string[],
  action: () => void = () => {},
): Promise<{ code: number; out: string; error: string }> {
  let out = "", error = "";
  const output = {
    out: (text: string) => void (out += text),
    error: (text: string) => void (error += text),
    color: false,
  };
  const command = createCommand("toy", "Plays.", output)
    .option("--epochs <n>", "how long", wholeOption(1))
    .option("--verbose", "stacks")
    .action(action);
  return {
    code: await runCommand(command, args, output, (thrown) => thrown instanceof TypeError ? "A hint" : undefined),
    out,
    error,
  };
}

Deno.test("runCommand() prints one sentence for an error, and a hint where there is one", async () => {
  const failing = (error: Error) => () => {
    throw error;
  };
  assert.deepEqual(await say([]), { code: 0, out: "", error: "" });
  assert.deepEqual(await say([], failing(new RangeError("Cannot play: 7"))), {
    code: 1,
    out: "",
    error: "Cannot play: 7\n",
  });
  assert.deepEqual(await say([], failing(new TypeError("Cannot play"))), {
    code: 1,
    out: "",
    error: "Cannot play\nA hint\n",
  });
  assert.deepEqual(await say([], failing(new ExitCode(130))), { code: 130, out: "", error: "" });
});

Deno.test("systemSentence() makes a sentence of what the system refuses, and leaves other messages alone", async () => {
  const folder = await Deno.makeTempDir(), file = `${folder}/a`, inside = `${file}/b`;
  try {
    await Deno.writeTextFile(file, "");
    await Deno.mkdir(`${folder}/d`);
    const cases: [() => unknown, string][] = [
      [() => Deno.mkdirSync(inside), `Cannot make folder '${inside}' as the system says: Not a directory`],
      [() => [...Deno.readDirSync(file)], `Cannot list folder '${file}' as the system says: Not a directory`],
      [() => Deno.renameSync(file, `${folder}/d`), `Cannot write '${folder}/d' as the system says: Is a directory`],
      [() => Deno.openSync(`${folder}/c`), `Cannot open '${folder}/c' as the system says: No such file or directory`],
      [() => Deno.statSync(`${folder}/c`), `Cannot find '${folder}/c' as the system says: No such file or directory`],
    ];
    for (const [ask, sentence] of cases) {
      assert.equal((await say([], () => void ask())).error, `${sentence}\n`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  for (
    const message of [
      "Cannot play: 7",
      "",
      "Broken pipe (os error 32)",
      "x (os error 1): fork 'y'",
      "Cannot z as x (os error 2): open 'y'",
    ]
  ) {
    assert.equal(systemSentence(message), message);
  }
});

Deno.test("runCommand() shows the stack with --verbose only", async () => {
  const { code, error } = await say(["--verbose"], () => {
    throw new Error("Cannot play");
  });
  assert.equal(code, 1);
  assert.match(error, /Cannot play\n\s+at .*command_test\.ts/);
});

Deno.test("createCommand() answers an unknown option by those that exist, and prints help on standard output", async () => {
  const { code, error } = await say(["--epoch", "3"]);
  assert.equal(code, 1);
  assert.equal(
    error,
    "Cannot run 'toy' as it has no option '--epoch', did you mean --epochs?: the options are --epochs, --verbose, --help\n",
  );
  assert.match(
    (await say(["--epochs", "0"])).error,
    /as '--epochs' is wrong, expected a whole number of at least 1: '0'\n$/,
  );
  const help = await say(["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.out, /^Usage: deno task toy /);
});

Deno.test("listOption() reads names with commas between, as often as it is given", () => {
  assert.deepEqual(listOption("c, d", listOption("a,b")), ["a", "b", "c", "d"]);
  assert.throws(() => listOption("a,,b"), /expected names with commas between: 'a,,b'/);
});

Deno.test("quoteArguments() gives what a shell reads back", async () => {
  const args = ["toy", "--set", "loss.lambda=2", "it's", "a b", "$HOME", "", "*"];
  if (Deno.build.os === "windows") return;
  const command = `for a in ${quoteArguments(args)}; do printf '%s\\n' "$a"; done`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", command] }).output();
  assert.deepEqual(new TextDecoder().decode(stdout).split("\n").slice(0, -1), args);
  assert.equal(quoteArguments(["a=b,c.d/e"]), "a=b,c.d/e");
});
