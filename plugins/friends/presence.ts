import type { Log } from "roomkeep/rooms";
import type { Db, People } from "roomkeep/server";
import { readFriendsOf } from "./reading.ts";

/** Accounts whose coming and going is told in one go; the others wait for the next. */
const AT_ONCE = 500;
/** Messages that are on their way at the same time. */
const TELLS_AT_ONCE = 20;

/** Tells friends of each other's coming and going. */
export interface PresenceNews {
  /** An account has come into a room, or left one. */
  changed(accountId: string): void;
  close(): void;
}

/**
 * Coalesces: what happens within `everyMs` is told together, as it is at the end of it, so that a change of
 * rooms is one piece of news. A friend who is online gets one message for all of them, and who is offline
 * costs one look-up. A crowd that joins at once costs each of its friends a message in `everyMs`, not one a
 * head.
 */
export function openPresenceNews(
  { db, people, log }: { readonly db: Db; readonly people: People; readonly log: Pick<Log, "warn"> },
  everyMs: number,
): PresenceNews {
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function tell(): Promise<void> {
    const accounts = [...waiting].slice(0, AT_ONCE);
    for (const id of accounts) waiting.delete(id);
    const pairs = await readFriendsOf(db, accounts);
    if (pairs.length === 0) return;
    const there = await people.where(pairs.flatMap(({ account, friend }) => [account, friend]));
    const news = new Map<string, { account: string; online: boolean }[]>();
    for (const { account, friend } of pairs) {
      if (!there.has(friend)) continue;
      const own = news.get(friend) ?? [];
      own.push({ account, online: there.has(account) });
      news.set(friend, own);
    }
    const all = [...news];
    for (let from = 0; from < all.length; from += TELLS_AT_ONCE)
      await Promise.all(
        all
          .slice(from, from + TELLS_AT_ONCE)
          .map(([friend, friends]) => people.tell(friend, "presence", { friends })),
      );
  }

  function begin(): void {
    if (timer || isClosed) return;
    timer = setTimeout(async () => {
      await tell().catch((error) => log.warn({ err: error }, "friends were not told who came and went"));
      timer = undefined;
      if (waiting.size > 0) begin();
    }, everyMs);
    timer.unref();
  }

  return {
    changed(accountId) {
      waiting.add(accountId);
      begin();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
