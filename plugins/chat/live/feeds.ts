import type { Log } from "roomkeep/rooms";
import type { Db, People } from "roomkeep/server";
import { type ChannelKind, type ChannelName, keyOf } from "../kind.ts";
import { type KeptLine, readAfter, readLast, readPage, shownOf } from "../rows/lines.ts";
import type { LinesNews } from "./line-list.ts";

/** Lines of one reading, and of the page with which a reader begins. */
const READ_AT_ONCE = 100;
const PAGE = 50;
/** A reader who is further behind begins anew, numbers. */
const CATCH_UP_MAX = 1_000;
/** After so long it is asked again whether a reader may still read, ms. */
const RECHECK_MS = 10_000;
/** How far back a channel without history shows who comes, seconds. */
export const NO_HISTORY_S = 600;

/** A reader of channels: one seat in a room of this process. */
export interface Follower {
  readonly accountId: string;
  /** False: the connection is lost for now; what is due waits. */
  isConnected(): boolean;
  send(news: LinesNews): void;
  /** Whether it reads what an account writes, by what its room knows. */
  hears(accountId: string): boolean;
  /** It may not read the channel any more. */
  ended(channel: ChannelName): void;
}

/** Whose lines each reader does not read, by account. */
type HiddenFrom = ReadonlyMap<string, ReadonlySet<string>>;

/** Live lines, for the followers in this process. */
export interface Feeds {
  /**
   * Sends a follower what is after a number, then each line as it comes: all in order, each once.
   *
   * @param after undefined: the newest lines, and from there on
   * @param isHere false: it has left meanwhile
   */
  follow(
    kind: ChannelKind,
    channel: ChannelName,
    follower: Follower,
    options: { readonly after: number | undefined; isHere(): boolean },
  ): Promise<void>;
  unfollow(channel: ChannelName, follower: Follower): void;
  isFollowed(channel: ChannelName, follower: Follower): boolean;
  /** A channel has come to a number. @param members who may read it now, where that is known */
  advance(channel: ChannelName, members: readonly string[] | undefined): void;
  /** Who may read has changed: of an account, or of all. */
  recheck(channel: ChannelName, accountId: string | undefined): void;
  /** Lines that were sent, and followers there are. */
  readonly sent: number;
  readonly followers: number;
  close(): void;
}

interface Following {
  /** Read up to here; and what the follower has been told, which is less while lines are hidden from it. */
  read: number;
  told: number;
  checkedAt: number;
}

interface Feed {
  readonly channel: ChannelName;
  readonly kind: ChannelKind;
  readonly all: Map<Follower, Following>;
  isRunning: boolean;
  again: boolean;
}

function heardBy(follower: Follower, lines: readonly KeptLine[], hidden: HiddenFrom): KeptLine[] {
  const not = hidden.get(follower.accountId);
  return lines.filter(({ account }) => !not?.has(account) && follower.hears(account));
}

/**
 * Opens the feeds of a process. Lines come from the database alone: a message that a channel has advanced
 * only says when to look, and where it is lost the next look, `lookMs` later, finds the same.
 */
export function openFeeds({
  db,
  log,
  people,
  lookMs,
}: {
  db: Db;
  log: Pick<Log, "warn">;
  people: Pick<People, "hiddenFrom">;
  lookMs: number;
}): Feeds {
  const feeds = new Map<string, Feed>();
  let sent = 0;

  /**
   * Whose lines the followers do not read. The database is asked after the lines were read: who was blocked
   * before a line was written is known to be, whatever a process that stood still has not heard of yet.
   */
  async function hiddenFrom(followers: readonly Follower[], lines: readonly KeptLine[]): Promise<HiddenFrom> {
    if (lines.length === 0) return new Map();
    return people.hiddenFrom([...new Set(followers.map(({ accountId }) => accountId))]);
  }

  /**
   * Who came meanwhile waits for the next reading: whom it does not read has not been asked.
   *
   * @param after what the lines begin behind: who is further back waits too
   */
  async function deliver(feed: Feed, after: number, lines: readonly KeptLine[]): Promise<void> {
    const followers = [...feed.all.keys()];
    const hidden = await hiddenFrom(followers, lines);
    for (const follower of followers) {
      const at = feed.all.get(follower);
      if (!at || at.read < after) continue;
      const due = lines.filter(({ rev }) => rev > at.read);
      const last = due.at(-1)?.rev;
      if (last === undefined || !follower.isConnected()) continue;
      at.read = last;
      const heard = heardBy(follower, due, hidden);
      if (heard.length === 0) continue;
      tell(feed, follower, { after: at.told, last, lines: heard.map(shownOf) });
      at.told = last;
    }
  }

  function tell({ channel, kind }: Feed, follower: Follower, news: Omit<LinesNews, "kind" | "id">): void {
    sent += news.lines.length;
    const id = kind.addressOf?.(follower.accountId, channel.id) ?? channel.id;
    follower.send({ kind: channel.kind, id, ...news });
  }

  async function checkReaders(feed: Feed): Promise<void> {
    const now = performance.now();
    const due = [...feed.all].filter(([, { checkedAt }]) => now - checkedAt > RECHECK_MS);
    for (const [follower, at] of due) {
      at.checkedAt = now;
      // While it cannot be asked, such as without Redis, the answer of before counts.
      const may = await Promise.resolve(feed.kind.mayRead(follower.accountId, feed.channel.id)).catch(
        () => true,
      );
      if (may) continue;
      drop(feed, follower);
      follower.ended(feed.channel);
    }
  }

  function drop(feed: Feed, follower: Follower): void {
    feed.all.delete(follower);
    if (feed.all.size === 0 && feeds.get(keyOf(feed.channel)) === feed) feeds.delete(keyOf(feed.channel));
  }

  async function readOn(feed: Feed): Promise<void> {
    for (;;) {
      await checkReaders(feed);
      const numbers = [...feed.all].flatMap(([follower, { read }]) => (follower.isConnected() ? [read] : []));
      if (numbers.length === 0) return;
      const after = Math.min(...numbers);
      const lines = await readAfter(db, feed.channel, after, READ_AT_ONCE);
      await deliver(feed, after, lines);
      if (lines.length < READ_AT_ONCE) return;
    }
  }

  async function run(feed: Feed): Promise<void> {
    feed.again = true;
    if (feed.isRunning) return;
    feed.isRunning = true;
    try {
      while (feed.again) {
        feed.again = false;
        await readOn(feed);
      }
    } catch (error) {
      log.warn({ err: error, channel: keyOf(feed.channel) }, "lines could not be read; the next look tries");
    } finally {
      feed.isRunning = false;
    }
  }

  async function look(): Promise<void> {
    const all = [...feeds.values()];
    if (all.length === 0) return;
    for (const { last, ...channel } of await readLast(
      db,
      all.map(({ channel: one }) => one),
    )) {
      const feed = feeds.get(keyOf(channel));
      if (feed && [...feed.all.values()].some(({ read }) => read < last)) void run(feed);
    }
  }
  const timer = setInterval(
    () => void look().catch((error) => log.warn({ err: error }, "channels could not be looked at")),
    lookMs,
  );
  timer.unref();

  return {
    async follow(kind, channel, follower, { after, isHere }) {
      const page = await readPage(db, channel, {
        limit: PAGE,
        hidden: [],
        ...(kind.history === false && { withinS: NO_HISTORY_S }),
      });
      const hidden = await hiddenFrom([follower], page.lines);
      if (!isHere()) return;
      const { last } = page;
      const feed: Feed = feeds.get(keyOf(channel)) ?? {
        channel,
        kind,
        all: new Map(),
        isRunning: false,
        again: false,
      };
      feeds.set(keyOf(channel), feed);
      const isNear = after !== undefined && after <= last && last - after <= CATCH_UP_MAX;
      const from = isNear ? after : last;
      const shown = kind.history === false ? [] : page.lines;
      const lines = heardBy(follower, shown, hidden).map(shownOf);
      if (isNear) tell(feed, follower, { after: from, last: from, lines: [] });
      else {
        const more = page.more && kind.history !== false;
        tell(feed, follower, { after: 0, last, lines, reset: true, more });
      }
      feed.all.set(follower, { read: from, told: from, checkedAt: performance.now() });
      await run(feed);
    },
    unfollow(channel, follower) {
      const feed = feeds.get(keyOf(channel));
      if (feed) drop(feed, follower);
    },
    isFollowed: (channel, follower) => feeds.get(keyOf(channel))?.all.has(follower) ?? false,
    advance(channel, members) {
      const feed = feeds.get(keyOf(channel));
      if (!feed) return;
      const known = members && new Set(members);
      for (const [{ accountId }, at] of feed.all)
        if (known && !known.has(accountId)) at.checkedAt = Number.NEGATIVE_INFINITY;
      void run(feed);
    },
    recheck(channel, accountId) {
      const feed = feeds.get(keyOf(channel));
      if (!feed) return;
      for (const [follower, at] of feed.all)
        if (accountId === undefined || follower.accountId === accountId)
          at.checkedAt = Number.NEGATIVE_INFINITY;
      void run(feed);
    },
    get sent() {
      return sent;
    },
    get followers() {
      return [...feeds.values()].reduce((sum, { all }) => sum + all.size, 0);
    },
    close: () => clearInterval(timer),
  };
}
