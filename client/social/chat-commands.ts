/** Somebody to whisper to. */
export interface Recipient {
  /** What the server knows them by: a session id, a character id, or the name as it was written. */
  readonly to: string;
  readonly name: string;
}

/** Whom a line is for. */
export type Channel = "room" | "party" | Recipient;

const USAGE = "/w Name text whispers, /r text answers, /p text is for your party.";

/** What a line of the chat asks for; `problem`: for people. */
export type ParsedLine = { readonly channel: Channel; readonly text: string } | { readonly problem: string };

/**
 * Reads a line of the chat. Names may have blanks: the longest known one that fits is meant.
 *
 * @param usual where a line goes that names nobody
 * @param known people by name, those to be preferred first
 */
export function parseLine(
  line: string,
  usual: Channel,
  known: readonly Recipient[],
  last?: Recipient,
): ParsedLine {
  const [, order, rest = ""] = /^\/(\S*)\s*(.*)$/su.exec(line.trim()) ?? [];
  if (order === undefined) return { channel: usual, text: line.trim() };
  if (order === "p") return { channel: "party", text: rest };
  if (order === "r")
    return last ? { channel: last, text: rest } : { problem: "Nobody has whispered to you." };
  if (order !== "w") return { problem: USAGE };
  const lower = rest.toLocaleLowerCase();
  const [fit] = known
    .filter(({ name }) => `${lower} `.startsWith(`${name.toLocaleLowerCase()} `))
    .sort((a, b) => b.name.length - a.name.length);
  if (fit) return { channel: fit, text: rest.slice(fit.name.length).trim() };
  const [name = "", ...words] = rest.split(/\s+/u);
  return name ? { channel: { to: name, name }, text: words.join(" ") } : { problem: USAGE };
}
