import type * as tf from "@tensorflow/tfjs";
import type { LabelConvention } from "@/data/labels.ts";
import type { DataIdentity, RunConfig } from "@/results/schema.ts";

/** Where a model comes from. */
export type ModelKind = "run" | "keras" | "layers";

/** A model that is ready to predict, and how it is to be used. */
export interface LandmarkNet {
  /** The path it was asked for by. */
  readonly path: string;
  /** What was opened. */
  readonly kind: ModelKind;
  /** For people, as `mnv2 of run 300w-mnv2/acr/seed-0`. */
  readonly title: string;
  /** `[batch, size, size, 3]` RGB in 0..1 to `[batch, 2M]`; always in the `centered` convention of lib/data/labels.ts. */
  readonly model: tf.LayersModel;
  /** Number of landmarks, `M`. */
  readonly points: number;
  /** Side of the crop in pixels. */
  readonly size: number;
  /** What the stored numbers were made for; for `released` the sign of the last layer was turned on loading. */
  readonly convention: LabelConvention;
  /** Why `convention` is what it is, for people. */
  readonly because: string;
  /** Crop protocol that it was trained with. */
  readonly protocol: string;
  /** Whether `protocol` is told by the model or only assumed. */
  readonly protocolKnown: boolean;
  /** Polylines through the landmarks; empty where the scheme is not known. */
  readonly lines: readonly (readonly number[])[];
  /** Name of the landmark scheme, where it is known. */
  readonly scheme: string | undefined;
  /** The run's, for a run. */
  readonly config: RunConfig | undefined;
  /** The faces that a run's own result is of, for a run that has one. */
  readonly tested: DataIdentity | undefined;
}

/** What an export says about itself, beside its weights. */
export type NetNote = {
  readonly labels: "centered";
  readonly size: number;
  readonly points: number;
  readonly protocol: string;
  readonly scheme: string | null;
  readonly lines: readonly (readonly number[])[];
  readonly title: string;
};

/** The note that goes with an export of a model. */
export function noteOf({ size, points, protocol, scheme, lines, title }: LandmarkNet): NetNote {
  return { labels: "centered", size, points, protocol, scheme: scheme ?? null, lines, title };
}

/** What a note was found to say. */
export interface ReadNote {
  readonly labels?: "centered";
  readonly protocol?: string;
  readonly scheme?: string;
  readonly lines?: readonly (readonly number[])[];
}

/** Reads a note that may come from anywhere: what it says wrongly, it does not say. */
export function parseNote(value: unknown, points: number): ReadNote {
  if (typeof value !== "object" || value === null) return {};
  const { labels, protocol, scheme, lines } = value as Record<string, unknown>;
  const isLine = (line: unknown) =>
    Array.isArray(line) && line.length < 10_000 && line.every((m) => Number.isInteger(m) && m >= 0 && m < points);
  const name = (text: unknown): text is string => typeof text === "string" && /^[A-Za-z0-9._-]{1,64}$/.test(text);
  return {
    ...(labels === "centered" && { labels }),
    ...(name(protocol) && { protocol }),
    ...(name(scheme) && { scheme }),
    ...(Array.isArray(lines) && lines.length < 1000 && lines.every(isLine) && { lines: lines as number[][] }),
  };
}
