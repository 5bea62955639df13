import type { ReportedLine } from "../ports/reports.ts";

/** Lines that a room remembers for reports. */
const LINES_MAX = 50;

/** A line that was said in a room, or came into it. */
export interface SaidLine {
  /** Character ids of the writer, and of those who could read it; undefined: everybody. */
  readonly character: string;
  readonly to?: readonly string[] | undefined;
  readonly name: string;
  readonly text: string;
  readonly channel?: ReportedLine["channel"];
}

/** The last lines of chat of a room, for reports. In memory only, and gone with the room. */
export class ChatHistory {
  readonly #lines: (SaidLine & { readonly at: string })[] = [];

  add(line: SaidLine): void {
    this.#lines.push({ ...line, at: new Date().toISOString() });
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
  }

  /** What a reporter could read: nothing that others wrote to each other or in confidence. */
  readBy(reporter: string, reported: string): ReportedLine[] {
    const isTheirs = ({ character, to, channel }: SaidLine) =>
      (to === undefined || character === reporter || to.includes(reporter)) &&
      (channel === undefined || character === reported);
    return this.#lines.filter(isTheirs).map(({ at, character, name, text, channel }) => {
      return { at, character, name, text, ...(channel && { channel }) };
    });
  }
}
