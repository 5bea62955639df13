/** A line that was acknowledged: it must be kept under its number. */
export interface AckedLine {
  readonly kind: string;
  /** Of a whisper: the two accounts, whoever wrote. */
  readonly between: readonly string[];
  readonly n: number;
  readonly text: string;
}

/** What the bots of the drill were told, and what may therefore not be otherwise. */
export interface Notebook {
  readonly lines: AckedLine[];
  /** Lines that somebody read although the writer was blocked when they were written. */
  readonly toBlocked: string[];
  acts: number;
  refused: number;
  unanswered: number;
  /** An account is blocked, which was answered just now. */
  blocked(by: string, account: string): void;
  /** It is about to be unblocked. */
  unblocking(by: string, account: string): void;
  /** A line has come to a reader. */
  read(by: string, writer: string, text: string): void;
}

/** Grows with each line and each block: what was before what, without a clock. */
let order = 0;

/** A text that says when it was written, in the order of the drill. */
export const lineNow = (what: string): string => `${++order} ${what}`;

/** Opens an empty notebook. */
export function openNotebook(): Notebook {
  const blocks = new Map<string, number>();
  const key = (by: string, account: string) => `${by} ${account}`;
  const notebook: Notebook = {
    lines: [],
    toBlocked: [],
    acts: 0,
    refused: 0,
    unanswered: 0,
    blocked: (by, account) => void blocks.set(key(by, account), ++order),
    unblocking: (by, account) => void blocks.delete(key(by, account)),
    read(by, writer, text) {
      const since = blocks.get(key(by, writer));
      if (since !== undefined && Number(text.split(" ")[0]) > since)
        notebook.toBlocked.push(`${by} read ${writer}: ${text}`);
    },
  };
  return notebook;
}
