import { median, type PairedRatio, pairedRatio } from "./statistics.ts";

/** One who takes part in a benchmark. */
export interface Contender {
  /** As `OpenCV + NumPy`. */
  readonly what: string;
  /** Whom it is compared with: contenders of one group do the same work with the same means, as `1 worker`. */
  readonly group: string;
  /** Whether it is ours; the others of its group are compared with it. */
  readonly ours: boolean;
  /** Things done in one turn; without it, a turn's time itself is the result. */
  readonly items?: number;
  /** Does the work of round `round`, from 0, and tells how many seconds it took. */
  turn(round: number): Promise<number>;
}

/** What a contender came to. */
export interface TurnsRow {
  readonly what: string;
  readonly group: string;
  /** One per round: items per second, or seconds. */
  readonly values: readonly number[];
  /** How many times as fast as this one ours is, for a peer that has one of ours in its group. */
  readonly ours: PairedRatio | undefined;
}

/** Lets contenders take turns: one round to warm up, then `rounds` that count. */
export async function takeTurns(
  contenders: readonly Contender[],
  rounds: number,
  say: (line: string) => void = () => {},
): Promise<TurnsRow[]> {
  const seconds = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const spent = await contender.turn(round);
      if (round > 0) seconds[i]!.push(spent);
    }
    say(round === 0 ? "warmed up" : `round ${round} of ${rounds}`);
  }
  /** Seconds for one item, or for the whole turn. */
  const costs = contenders.map(({ items = 1 }, i) => seconds[i]!.map((spent) => spent / items));
  return contenders.map(({ what, group, ours, items }, i) => {
    const reference = contenders.findIndex((other) => other.ours && other.group === group);
    return {
      what,
      group,
      values: items === undefined ? seconds[i]! : costs[i]!.map((cost) => 1 / cost),
      ours: ours || reference < 0 ? undefined : pairedRatio(costs[i]!, costs[reference]!),
    };
  });
}

/** A Markdown table of rows: medians, with the lowest and highest round. */
export function turnsTable(rows: readonly TurnsRow[], unit: string, group: string): string {
  const lines = [`| what | ${group} | ${unit} | ours is |`, "| --- | ---: | ---: | ---: |"];
  for (const { what, group, values, ours } of rows) {
    const digits = median(values) < 30 ? 2 : 0;
    const spread = `${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)}`;
    const times = ours ? `${ours.median.toFixed(2)}x (${ours.low.toFixed(2)}-${ours.high.toFixed(2)})` : "";
    lines.push(`| ${what} | ${group} | ${median(values).toFixed(digits)} (${spread}) | ${times} |`);
  }
  return lines.join("\n");
}
