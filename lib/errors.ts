/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The line of a process's output that says why it failed: the last one that reads as an error, else the last. */
export function errorLine(output: string): string {
  const lines = output.trim().split("\n");
  return lines.findLast((line) => /^(Cannot |([A-Za-z]\w*)?[Ee]rror\b)/.test(line)) ?? lines.at(-1)!;
}

/** The names nearest to `name` by edit distance, for "did you mean". */
export function nearest(name: string, names: Iterable<string>, count = 3): string[] {
  const distance = (a: string, b: string) => {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
      }
      row = next;
    }
    return row[b.length]!;
  };
  return [...names]
    .map((candidate) => ({ candidate, cost: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, cost }) => cost <= Math.max(2, candidate.length / 2))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
