/** A line as its readers get it. */
export interface ShownLine {
  /** Place in the channel: it grows, and stays when the line is changed. */
  readonly n: number;
  /** The channel's number at the last change of the line; that of a new line is `n`. */
  readonly rev: number;
  /** Account of the writer: two people of one name are told apart by it. */
  readonly account: string;
  /** Of the writer's character, as it was then. */
  readonly name: string;
  /** Empty where the line was deleted. */
  readonly text: string;
  /** ISO. */
  readonly at: string;
  readonly edited: boolean;
  readonly deleted: boolean;
}

/** The message `chat.lines`: all that a channel has had for this reader between two numbers. */
export interface LinesNews {
  readonly kind: string;
  readonly id: string;
  /** The lines are all of those after this number, up to `last`. */
  readonly after: number;
  readonly last: number;
  /** New and changed ones, in the order of `rev`. */
  readonly lines: readonly ShownLine[];
  /** True: it begins anew with the newest lines, and what the page had is to be forgotten. */
  readonly reset?: boolean;
  /** With `reset`: there are older lines. */
  readonly more?: boolean;
}

/** What a page has of a channel. */
export interface LineList {
  /** It has all up to this number; 0: nothing yet. */
  readonly last: number;
  /** By `n`. */
  readonly lines: readonly ShownLine[];
  /** There are older lines. */
  readonly more: boolean;
}

/** A channel of which nothing is known yet. */
export const EMPTY: LineList = { last: 0, lines: [], more: false };

/**
 * Takes what has come for a channel. Rooms of a journey may both send, and a connection may lose what was on
 * its way: what is known already changes nothing, and what leaves a gap is not taken.
 *
 * @returns undefined: lines are missing; follow the channel again, from `list.last` on
 */
export function takeLines(list: LineList, news: LinesNews): LineList | undefined {
  const { after, last, lines, reset = false, more = false } = news;
  if (reset) return last < list.last ? list : { last, lines: byPlace(lines), more };
  if (after > list.last) return undefined;
  if (last <= list.last) return list;
  const all = new Map(list.lines.map((line) => [line.n, line]));
  const oldest = list.lines[0]?.n ?? 0;
  for (const line of lines) {
    const isOlder = line.n < oldest && !all.has(line.n);
    if (!isOlder && (all.get(line.n)?.rev ?? 0) < line.rev) all.set(line.n, line);
  }
  return { ...list, last, lines: byPlace(all.values()) };
}

/** Adds a page of the history. */
export function addOlder(list: LineList, older: readonly ShownLine[], more: boolean): LineList {
  const all = new Map([...older, ...list.lines].map((line) => [line.n, line]));
  return { ...list, lines: byPlace(all.values()), more };
}

function byPlace(lines: Iterable<ShownLine>): ShownLine[] {
  return [...lines].sort((a, b) => a.n - b.n);
}

/**
 * Names of writers, for people: with the beginning of the account where several writers have names that read
 * alike.
 */
export function shownNames(lines: readonly ShownLine[]): Map<string, string> {
  const accounts = new Map<string, Set<string>>();
  const names = new Map<string, string>();
  for (const { account, name } of lines) {
    const key = foldedName(name);
    accounts.set(key, (accounts.get(key) ?? new Set()).add(account));
    names.set(account, name);
  }
  return new Map(
    [...names].map(([account, name]) => {
      const isShared = lines.some(
        (line) => line.account === account && (accounts.get(foldedName(line.name))?.size ?? 0) > 1,
      );
      return [account, isShared ? `${name} #${account.slice(0, 4)}` : name];
    }),
  );
}

const foldedName = (name: string) => name.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
