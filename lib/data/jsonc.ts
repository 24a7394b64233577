import { messageOf } from "@/errors.ts";
import { printable } from "./source.ts";

/**
 * Parses JSON that may hold `//` and block comments, and commas before a closing bracket.
 *
 * @param source what to call the text in an error
 * @throws {SyntaxError} if it is not of that form
 */
export function parseJsonc(text: string, source: string): unknown {
  // Strings first, so that what looks like a comment or comma inside one stays. Comments keep their length: positions
  // in an error are those of the text.
  const blank = (match: string) => match.replace(/[^\n]/g, " ");
  const bare = text.replace(/^\ufeff/, " ")
    .replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g, (match) => match.startsWith('"') ? match : blank(match))
    .replace(/"(?:[^"\\\n]|\\.)*"|,(?=\s*[\]}])/g, (match) => match === "," ? " " : match);
  try {
    return JSON.parse(bare);
  } catch (error) {
    throw new SyntaxError(`Cannot read '${source}' as it is not JSON: ${printable(messageOf(error))}`);
  }
}
