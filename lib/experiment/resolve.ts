import { type AugmentOptions, resolveAugment } from "@/data/augment.ts";
import { messageOf, nearest } from "@/errors.ts";
import { createLoss } from "@/losses/registry.ts";
import { variantName } from "@/results/run_path.ts";
import type { Choice, Json } from "@/results/schema.ts";
import { parsePercentageSchedule } from "@/shape/percentage_schedule.ts";
import { resolveOptimizerOptions } from "@/training/optimizers.ts";
import { resolveScheduleOptions } from "@/training/schedules.ts";
import { accepts, expectation, type Field, type FieldValue, parseField } from "./field.ts";
import type { ExperimentPage } from "./page.ts";
import {
  augmentationSettings,
  type ChoiceKey,
  choiceOptions,
  CHOICES,
  type ExperimentSettings,
  plainSettings,
} from "./settings.ts";

/** One change of an experiment's settings, as a command line or an ablation gives it. */
export type Override =
  & {
    /** Dotted, as `loss.lambda`. */
    readonly key: string;
  }
  & (
    | { /** To be read as the setting's type. */ readonly text: string }
    | { /** Of the setting's type. */ readonly value: FieldValue }
  );

/** An experiment with every setting known. */
export interface ResolvedExperiment {
  /** Every setting, defaults filled in. */
  readonly settings: ExperimentSettings;
  /** The loss and every change that made a difference, as `acr,epochs=5`: part of the run's path. */
  readonly variant: string;
  /** Those changes, typed, by key; a changed loss included. */
  readonly changed: Readonly<Record<string, Json>>;
}

/**
 * Splits `key=value`.
 *
 * @throws {SyntaxError} if it is not of that form
 */
export function parseOverride(text: string): Override {
  const at = text.indexOf("=");
  if (at < 1) throw new SyntaxError(`Cannot set anything as it must be key=value, such as loss.lambda=2: '${text}'`);
  return { key: text.slice(0, at).trim(), text: text.slice(at + 1).trim() };
}

/** Settings under construction. */
class Draft {
  readonly plain = new Map<string, FieldValue>();
  readonly choices: Record<ChoiceKey, { name: string; options: Record<string, FieldValue> }> = {
    loss: { name: CHOICES.loss.default, options: {} },
    optimizer: { name: CHOICES.optimizer.default, options: {} },
    schedule: { name: CHOICES.schedule.default, options: {} },
  };
  augmentation: Record<string, unknown> = { preset: "basic" };
  readonly #fields = plainSettings();
  readonly #augmentation = augmentationSettings();

  constructor() {
    for (const [key, field] of Object.entries(this.#fields)) {
      if (field.default !== undefined) this.plain.set(key, field.default);
    }
  }

  /** Every key that can be set as things stand: options are those of the chosen loss, optimizer and schedule. */
  keys(): string[] {
    return [
      ...Object.keys(this.#fields),
      ...Object.keys(CHOICES),
      ...Object.entries(this.choices).flatMap(([key, { name }]) =>
        Object.keys(choiceOptions(key as ChoiceKey, name)).map((option) => `${key}.${option}`)
      ),
      ...Object.keys(this.#augmentation).map((key) => key === "" ? "augmentation" : `augmentation.${key}`),
    ];
  }

  /** What a key takes, and how to set it. */
  find(key: string): { field: Field; set: (value: FieldValue) => void } | undefined {
    if (Object.hasOwn(this.#fields, key)) {
      return { field: this.#fields[key]!, set: (value) => void this.plain.set(key, value) };
    }
    const dot = key.indexOf(".");
    const head = dot < 0 ? key : key.slice(0, dot), rest = dot < 0 ? "" : key.slice(dot + 1);
    if (head === "augmentation" && Object.hasOwn(this.#augmentation, rest)) {
      return { field: this.#augmentation[rest]!, set: (value) => this.#augment(rest, value) };
    }
    if (!Object.hasOwn(CHOICES, head)) return undefined;
    const choice = this.choices[head as ChoiceKey];
    if (rest === "") {
      const field: Field = { type: "choice", values: CHOICES[head as ChoiceKey].names(), about: "" };
      return { field, set: (value) => this.#choose(head as ChoiceKey, value as string) };
    }
    const options = choiceOptions(head as ChoiceKey, choice.name);
    if (!Object.hasOwn(options, rest)) return undefined;
    return { field: options[rest]!, set: (value) => void (choice.options[rest] = value) };
  }

  #choose(key: ChoiceKey, name: string): void {
    const before = this.choices[key];
    if (before.name === name) return;
    // Another schedule still starts from the experiment's learning rate; all else was meant for the old choice.
    const rate = key === "schedule" ? before.options["learningRate"] : undefined;
    this.choices[key] = { name, options: rate === undefined ? {} : { learningRate: rate } };
  }

  #augment(rest: string, value: FieldValue): void {
    const [operation, parameter] = rest.split(".");
    if (rest === "") this.augmentation = { preset: value };
    else if (parameter === undefined) this.augmentation = { ...this.augmentation, [operation!]: value };
    else {
      const before = this.augmentation[operation!];
      const kept = typeof before === "object" ? before : {};
      this.augmentation = { ...this.augmentation, [operation!]: { ...kept, [parameter]: value } };
    }
  }
}

function apply(draft: Draft, override: Override, where: string): void {
  const { key } = override;
  const found = draft.find(key);
  const shown = `${key}=${"text" in override ? override.text : show(override.value)}`;
  if (found === undefined) {
    const keys = draft.keys();
    const near = nearest(key, keys);
    const siblings = keys.filter((other) => other.startsWith(`${key.split(".")[0]}.`));
    const hint = near.length > 0
      ? `did you mean ${near.join(" or ")}?`
      : siblings.length > 0
      ? `there are ${siblings.join(", ")}`
      : "see --settings for a list";
    throw new RangeError(`Cannot set '${key}'${where} as there is no such setting, ${hint}: ${shown}`);
  }
  const { field, set } = found;
  const typed = typedValue(field, override);
  if (typed === undefined) {
    throw new RangeError(`Cannot set '${key}'${where} as it must be ${expectation(field)}: ${shown}`);
  }
  set(typed);
}

function typedValue(field: Field, override: Override): FieldValue | undefined {
  if ("text" in override) return parseField(field, override.text);
  return accepts(field, override.value) ? override.value : undefined;
}

function show(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : JSON.stringify(value) ?? String(value);
}

const PROSE = ["summary", "duration", "expected"];

function pageOverrides(page: ExperimentPage): Override[] {
  const overrides: Override[] = [];
  const add = (key: string, value: unknown): void => {
    if (value === undefined) return;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      overrides.push({ key, value: value as FieldValue });
      return;
    }
    for (const [name, item] of Object.entries(value)) {
      // { name: "acr", lambda: 2 } and { preset: "basic", flip: false } name what they change.
      const self = (Object.hasOwn(CHOICES, key) && name === "name") || (key === "augmentation" && name === "preset");
      add(self ? key : `${key}.${name}`, item);
    }
  };
  for (const [key, value] of Object.entries(page)) if (!PROSE.includes(key)) add(key, value);
  return overrides;
}

/** Names come before the options that depend on them; otherwise the order given. */
function inOrder(overrides: readonly Override[]): Override[] {
  const first = (key: string) => Object.hasOwn(CHOICES, key) || key === "augmentation" ? 0 : 1;
  return [...overrides].sort((a, b) => first(a.key) - first(b.key));
}

function build(page: ExperimentPage, overrides: readonly Override[]): ExperimentSettings {
  const draft = new Draft();
  for (const override of inOrder(pageOverrides(page))) apply(draft, override, " on the experiment's page");
  for (const override of inOrder(overrides)) apply(draft, override, "");
  return finish(draft);
}

/** The order in which an experiment happens, for whoever reads its configuration. */
const ORDER: readonly (keyof ExperimentSettings)[] = [
  "dataset",
  "protocol",
  "size",
  "limit",
  "synthetic",
  "augmentation",
  "validation",
  "architecture",
  "model",
  "init",
  "loss",
  "difficulty",
  "optimizer",
  "schedule",
  "epochs",
  "batch",
  "clipNorm",
  "averaging",
  "keep",
  "patience",
  "evaluation",
];

function finish({ plain, choices, augmentation }: Draft): ExperimentSettings {
  for (const key of ["dataset", "architecture", "epochs"]) {
    if (!plain.has(key)) throw new TypeError(`Cannot run an experiment as its page must have '${key}': undefined`);
  }
  const settings: Record<string, unknown> = {};
  for (const [key, value] of plain) {
    const [group, name] = key.split(".");
    if (name === undefined) settings[key] = value;
    else settings[group!] = { ...(settings[group!] as object ?? {}), [name]: value };
  }
  if (settings["dataset"] !== "synthetic") settings["synthetic"] = null;
  const size = settings["size"] as number;
  const resolved: Record<ChoiceKey, (name: string, options: Record<string, unknown>) => Choice["options"]> = {
    loss: (name, options) => createLoss(name, options, { size }).options,
    optimizer: resolveOptimizerOptions,
    schedule: resolveScheduleOptions,
  };
  for (const key of Object.keys(choices) as ChoiceKey[]) {
    const { name, options } = choices[key];
    settings[key] = { name, options: resolved[key](name, options) };
  }
  settings["augmentation"] = resolveAugment(augmentation as AugmentOptions);
  const whole = Object.fromEntries(ORDER.map((key) => [key, settings[key]])) as unknown as ExperimentSettings;
  parsePercentageSchedule(whole.difficulty.schedule);
  const { validation, keep, patience, evaluation } = whole;
  if (validation === 0 && (keep === "best" || patience > 0 || evaluation.faces === "validation")) {
    const key = keep === "best" ? "keep=best" : patience > 0 ? `patience=${patience}` : "evaluation.faces=validation";
    throw new RangeError(
      `Cannot set '${key}' as it needs held-out training faces, set validation above 0: validation=0`,
    );
  }
  return whole;
}

/**
 * Fills every setting of an experiment in: the page's, changed by overrides (the last of one key counts).
 *
 * @throws {RangeError} for an unknown key, with near ones, or a value that its setting does not take
 */
export function resolveExperiment(page: ExperimentPage, overrides: readonly Override[] = []): ResolvedExperiment {
  const last = [...new Map(overrides.map((override) => [override.key, override])).values()];
  const settings = build(page, last);
  const text = JSON.stringify(settings);
  const changed: Record<string, Json> = {};
  for (const override of last) {
    if (makesDifference(page, last, override, text)) changed[override.key] = valueAt(page, last, override);
  }
  const { loss: _loss, ...rest } = changed;
  return { settings, variant: variantName(settings.loss.name, rest), changed };
}

/** Everything that can be set, as the experiment stands, and what each setting takes. */
export function listSettings(
  page: ExperimentPage,
  overrides: readonly Override[] = [],
): { key: string; field: Field }[] {
  const draft = new Draft();
  for (const override of [...inOrder(pageOverrides(page)), ...inOrder(overrides)]) apply(draft, override, "");
  return draft.keys().map((key) => ({ key, field: draft.find(key)!.field }));
}

/** Whether the settings would be others without this override: a value equal to the page's is no change. */
function makesDifference(page: ExperimentPage, all: readonly Override[], override: Override, text: string): boolean {
  try {
    return JSON.stringify(build(page, all.filter((other) => other !== override))) !== text;
  } catch (error) {
    // Without it, another override makes no sense.
    if (error instanceof RangeError) return true;
    throw new Error(messageOf(error), { cause: error });
  }
}

function valueAt(page: ExperimentPage, all: readonly Override[], override: Override): Json {
  const draft = new Draft();
  for (const other of [...inOrder(pageOverrides(page)), ...inOrder(all)]) apply(draft, other, "");
  return typedValue(draft.find(override.key)!.field, override) as Json;
}
