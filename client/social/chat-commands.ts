/** The recipient of a whisper. */
export interface Recipient {
  /** A session id, a character id, or the name as it was written. */
  readonly to: string;
  readonly name: string;
}

/** Where a line of the chat goes. */
export type Channel = "room" | "party" | Recipient;

const USAGE = "/w Name text whispers, /r text answers a whisper, /p text writes to your party.";

/** A parsed line of the chat, or why it could not be parsed, for people. */
export type ParsedLine = { readonly channel: Channel; readonly text: string } | { readonly problem: string };

/**
 * Parses a line of the chat. A name may have spaces: of the known names the longest that fits is taken.
 *
 * @param usual where a line without a command goes
 * @param known recipients; where several have one name, the room says which tags they have
 * @param last sender of the last whisper
 */
export function parseLine(
  line: string,
  usual: Channel,
  known: readonly Recipient[],
  last?: Recipient,
): ParsedLine {
  const [, command, rest = ""] = /^\/(\S*)\s*(.*)$/su.exec(line.trim()) ?? [];
  if (command === undefined) return { channel: usual, text: line.trim() };
  if (command === "p") return { channel: "party", text: rest };
  if (command === "r")
    return last ? { channel: last, text: rest } : { problem: "You have not received a whisper yet." };
  if (command !== "w") return { problem: USAGE };
  const lower = rest.toLocaleLowerCase();
  const [fit] = known
    .filter(({ name }) => `${lower} `.startsWith(`${name.toLocaleLowerCase()} `))
    .sort((a, b) => b.name.length - a.name.length);
  if (fit) return whisperTo(fit, known, rest.slice(fit.name.length).trim());
  const [name = "", ...words] = rest.split(/\s+/u);
  return name ? { channel: { to: name, name }, text: words.join(" ") } : { problem: USAGE };
}

const TAG = / #[0-9a-f]{4}$/u;
const untagged = ({ name }: Recipient): string => name.replace(TAG, "").toLocaleLowerCase();

/** A name that several have goes as it was written: the room finds the one of the tag, or lists the tags. */
function whisperTo(fit: Recipient, known: readonly Recipient[], text: string): ParsedLine {
  if (TAG.test(fit.name)) return { channel: fit, text };
  const [, tag, rest = ""] = /^(#[0-9a-f]{4})(?:\s+(.*))?$/su.exec(text) ?? [];
  const to = tag ? `${fit.name} ${tag}` : fit.name;
  const isShared = known.some((one) => one.to !== fit.to && untagged(one) === untagged(fit));
  return tag || isShared ? { channel: { to, name: to }, text: tag ? rest : text } : { channel: fit, text };
}
