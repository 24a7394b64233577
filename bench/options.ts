import { InvalidArgumentError } from "commander";

/** Reads `16,32`: whole numbers with commas between, each at least `least`. */
export function wholeNumbers(text: string, least = 1): number[] {
  const list = text.split(",").map((part) => /^\d{1,9}$/.test(part) ? Number(part) : NaN);
  if (!list.every((value) => value >= least)) {
    throw new InvalidArgumentError(`expected whole numbers of ${least} or more with commas between: '${text}'`);
  }
  return list;
}

/** Reads one whole number, at least 1. */
export function wholeNumber(text: string): number {
  const [value, ...more] = wholeNumbers(text);
  if (more.length > 0) throw new InvalidArgumentError(`expected one whole number: '${text}'`);
  return value!;
}

/** Makes a reader of some of `names`, with commas between. */
export function someOf(names: readonly string[]): (text: string) => string[] {
  return (text) => {
    const list = text.split(",");
    if (!list.every((name) => names.includes(name))) {
      throw new InvalidArgumentError(`expected some of ${names.join(", ")}: '${text}'`);
    }
    return list;
  };
}
