/** Text from a file for an error message: one line, no terminal controls, not endless. */
export function printable(text: string, most = 120): string {
  const safe = text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return safe.length > most ? `${safe.slice(0, most)}...` : safe;
}
