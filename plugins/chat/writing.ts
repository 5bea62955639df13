import type { PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { type ChannelName, keyOf, type OpenChannel } from "./kind.ts";
import { NO_HISTORY_S } from "./live/feeds.ts";
import { insertLine, lineOfRequest, readLast, slowLeftS, type Written } from "./rows/lines.ts";
import type { Speaker } from "./rows/readers.ts";
import type { ChatSettings } from "./settings.ts";

const DAY_S = 86_400;
/** People whom an account begins to whisper with in an hour. */
const NEW_WHISPERS = 30;

/** A line as its writer gives it. */
export interface GivenLine {
  readonly text: string;
  /** An id of the writer's own: to send it again is the same line. */
  readonly request: string;
}

/** Where a line comes from. */
export interface LineOrigin {
  readonly speaker: Speaker;
  /** Of the client; empty: it is not known. */
  readonly address?: string;
}

/** Writes lines. Made by {@link openWriting}. */
export interface Writing {
  /**
   * Writes a line. It is in the database when this resolves; where it throws DATABASE_UNAVAILABLE it may be,
   * and the same request again tells. Lines that one process gives for one account keep their order.
   *
   * @throws CHAT_CHANNEL_UNKNOWN, CHAT_READ_ONLY, CHAT_SLOW, CHAT_LINK_REFUSED, CHAT_WORD_REFUSED, MUTED,
   *   BANNED, RATE_LIMITED, REQUEST_REUSED, ACCOUNT_UNKNOWN, DATABASE_UNAVAILABLE
   */
  write(accountId: string, address: ChannelName, line: GivenLine, from: LineOrigin): Promise<Written>;
  readonly written: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
}

interface WritingHost {
  open(accountId: string, address: ChannelName): Promise<OpenChannel>;
  advanced(name: ChannelName, last: number, by: string): Promise<void>;
  check(text: string, links: boolean | undefined): string;
}

/** Opens the writing of lines. */
export function openWriting(services: PluginServices<ChatSettings>, host: WritingHost): Writing {
  const { db, people, settings, limit } = services;
  const lines = limit("lines", { most: settings.linesPerMinute, withinS: 60 });
  const whispers = limit("whispers", { most: NEW_WHISPERS, withinS: 3_600 });
  const written = new Map<string, number>();
  const refused = new Map<string, number>();
  /** The last line of each account that is being written. */
  const turns = new Map<string, Promise<unknown>>();
  const count = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

  async function inTurn<T>(accountId: string, work: () => Promise<T>): Promise<T> {
    const before = turns.get(accountId) ?? Promise.resolve();
    const own = before.then(work, work);
    const settled = own.catch(() => {}); // its writer is told
    turns.set(accountId, settled);
    try {
      return await own;
    } finally {
      if (turns.get(accountId) === settled) turns.delete(accountId);
    }
  }

  /** The line of the request, if it was written before. */
  async function before(accountId: string, name: ChannelName, request: string): Promise<Written | undefined> {
    const known = await lineOfRequest(db, accountId, request);
    if (!known) return undefined;
    if (keyOf(known) !== keyOf(name)) throw new RoomkeepError("REQUEST_REUSED");
    return { n: known.n, text: known.text, at: known.at, repeated: true };
  }

  async function write(
    accountId: string,
    address: ChannelName,
    { text: given, request }: GivenLine,
    { speaker, address: from }: LineOrigin,
  ): Promise<Written> {
    const { kind, name } = await host.open(accountId, address);
    // Before all that may refuse: what was written is answered so.
    const repeated = await before(accountId, name, request);
    if (repeated) return repeated;
    if (kind.mayWrite && !(await kind.mayWrite(accountId, name.id)))
      throw new RoomkeepError("CHAT_READ_ONLY");
    const refusal = await people.refusalToWrite(accountId, from);
    if (refusal) throw new RoomkeepError(refusal.code, refusal.reason);
    const text = host.check(given, kind.links);
    await lines.spend(accountId);
    const partner = kind.partnerOf?.(accountId, name.id);
    if (partner !== undefined && (await readLast(db, [name])).length === 0) await whispers.spend(accountId);
    const slowS = kind.slowS ?? 0;
    const line = await insertLine(db, {
      ...name,
      ...speaker,
      accountId,
      text,
      request,
      keepS: kind.history === false ? NO_HISTORY_S : (kind.days ?? settings.days) * DAY_S,
      linesMax: kind.linesMax ?? settings.linesMax,
      slowS,
      partner,
    });
    if (!line) {
      const other = await before(accountId, name, request);
      if (other) return other;
      const retryAfterS = await slowLeftS(db, name, accountId, slowS);
      if (retryAfterS > 0) throw new RoomkeepError("CHAT_SLOW", undefined, { retryAfterS });
      throw new RoomkeepError("ACCOUNT_UNKNOWN", "One of the accounts is gone.");
    }
    count(written, kind.kind);
    void host.advanced(name, line.n, accountId);
    return { ...line, repeated: false };
  }

  return {
    written,
    refused,
    write: (accountId, ...rest) =>
      inTurn(accountId, () =>
        write(accountId, ...rest).catch((error: unknown) => {
          if (error instanceof RoomkeepError) count(refused, error.code);
          throw error;
        }),
      ),
  };
}
