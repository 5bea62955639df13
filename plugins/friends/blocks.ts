import type { Log } from "roomkeep/rooms";
import type { Db } from "roomkeep/server";
import { readBlocksOf } from "./reading.ts";

/** How often all are read anew, ms: so long may a change that no message told stay unseen. */
const READ_MS = 10_000;
/** How long those of somebody stay who was expected and did not come, ms: longer than a join may take. */
const EXPECTED_MS = 60_000;

/** Whom the players in the rooms of this process have blocked, in memory: rooms ask it for each line. */
export interface Blocks {
  /** Somebody is about to join. @throws DATABASE_UNAVAILABLE */
  expect(accountId: string): Promise<void>;
  joined(accountId: string): void;
  left(accountId: string): void;
  /** Reads those of a player here anew; does nothing for anybody else. */
  read(accountId: string): Promise<void>;
  /** Whether somebody here has blocked an account. */
  has(blocker: string, accountId: string): boolean;
  /** Accounts whose blocks are known here. */
  readonly size: number;
  close(): void;
}

interface Known {
  blocked: ReadonlySet<string>;
  /** Seats of the account in rooms of this process. */
  seats: number;
  expectedAt: number;
  /** Numbers of the last reading that began, and of the one whose answer counts: never an older one. */
  begun: number;
  taken: number;
}

/** Opens the blocks of a process. */
export function openBlocks(db: Db, log: Pick<Log, "warn">): Blocks {
  const all = new Map<string, Known>();

  async function read(accountIds: readonly string[]): Promise<void> {
    const readings = new Map<string, number>();
    for (const id of accountIds) {
      const known = all.get(id);
      if (known) readings.set(id, ++known.begun);
    }
    const blocks = new Map<string, Set<string>>();
    for (const { account, blocked } of await readBlocksOf(db, [...readings.keys()]))
      blocks.set(account, (blocks.get(account) ?? new Set()).add(blocked));
    for (const [id, reading] of readings) {
      const known = all.get(id);
      if (known && known.taken < reading)
        Object.assign(known, { taken: reading, blocked: blocks.get(id) ?? new Set() });
    }
  }

  function forgetMissing(): void {
    for (const [id, { seats, expectedAt }] of all)
      if (seats <= 0 && Date.now() - expectedAt > EXPECTED_MS) all.delete(id);
  }

  const timer = setInterval(() => {
    forgetMissing();
    if (all.size > 0)
      read([...all.keys()]).catch((error) => log.warn({ err: error }, "blocks could not be read anew"));
  }, READ_MS);
  timer.unref();

  return {
    async expect(accountId) {
      const known = all.get(accountId);
      if (known) known.expectedAt = Date.now();
      else all.set(accountId, { blocked: new Set(), seats: 0, expectedAt: Date.now(), begun: 0, taken: 0 });
      await read([accountId]);
    },
    joined(accountId) {
      const known = all.get(accountId);
      if (known) known.seats++;
    },
    left(accountId) {
      const known = all.get(accountId);
      if (known && --known.seats <= 0 && Date.now() - known.expectedAt > EXPECTED_MS) all.delete(accountId);
    },
    read: (accountId) => (all.has(accountId) ? read([accountId]) : Promise.resolve()),
    has: (blocker, accountId) => all.get(blocker)?.blocked.has(accountId) ?? false,
    get size() {
      return all.size;
    },
    close: () => clearInterval(timer),
  };
}
