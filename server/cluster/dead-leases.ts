import pg from "pg";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { answerWithin } from "../storage/database.ts";

/** Pause, ms, before a lost session is opened again. */
const AGAIN_MS = 300;
/** Key of an advisory lock, by the name in $1. */
export const lockOf = "hashtextextended('roomkeep:' || $1, 0)";

/** Proof that a process lives: a database session that ends with it. */
export interface LivenessLock {
  /** Holds one more lock, together with others who do, as long as this process lives. */
  hold(name: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a database session with an advisory lock in the name of this process, for as long as it lives. The
 * kernel closes the session when the process is killed, which shows the death sooner than any lease.
 */
export async function openLivenessLock(
  url: string,
  incarnation: string,
  log: Pick<BaseLogger, "warn">,
): Promise<LivenessLock> {
  const shared = new Set<string>();
  let closed = false;
  let client: pg.Client | undefined;
  let again: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: "roomkeep", keepAlive: true });
    next.on("error", () => {}); // "end" follows
    next.on("end", () => {
      if (client === next) retry();
    });
    await next.connect();
    client = next;
    await next.query(`SELECT pg_advisory_lock(${lockOf})`, [incarnation]);
    for (const name of shared) await next.query(`SELECT pg_advisory_lock_shared(${lockOf})`, [name]);
  }
  function retry(): void {
    client = undefined;
    if (closed) return;
    again = setTimeout(() => {
      connect().catch((error) => {
        log.warn({ err: error }, "the liveness session is lost and cannot be opened yet");
        retry();
      });
    }, AGAIN_MS);
    again.unref();
  }
  await connect();
  return {
    async hold(name) {
      shared.add(name);
      await client?.query(`SELECT pg_advisory_lock_shared(${lockOf})`, [name]);
    },
    async close() {
      closed = true;
      clearTimeout(again);
      await client?.end().catch(() => {});
    },
  };
}

/**
 * Frees the leases of a dead process before they run out, and the characters that it had handed over to
 * nobody yet. The caller has seen its heartbeats stop; that its database session has ended is checked here. A
 * frozen process keeps its session, so its leases run out by themselves. If the process lives after all (cut
 * off from everything), its writes are fenced.
 *
 * @returns how many characters, zones and matches were freed; undefined: its session lives, and nothing was
 */
export async function freeLeasesOfDead(ds: DataSource, incarnation: string): Promise<number | undefined> {
  const work = ds.transaction(async (tx) => {
    const [proof] = await tx.query<{ gone: boolean }[]>(
      `SELECT pg_try_advisory_xact_lock(${lockOf}) AS gone`,
      [incarnation],
    );
    if (!proof?.gone) return undefined;
    const [, characters] = await tx.query<[unknown, number]>(
      "UPDATE character SET owner = NULL, room_id = NULL, lease_until = NULL WHERE owner = $1",
      [incarnation],
    );
    const [, zones] = await tx.query<[unknown, number]>(
      "UPDATE zone_lease SET owner = NULL, lease_until = NULL WHERE owner = $1",
      [incarnation],
    );
    const [, matches] = await tx.query<[unknown, number]>(
      "UPDATE lasting_match SET owner = NULL, lease_until = NULL WHERE owner = $1",
      [incarnation],
    );
    const [, travellers] = await tx.query<[unknown, number]>(
      "UPDATE character SET transfer_until = now() WHERE transfer_from = $1 AND transfer_until > now()",
      [incarnation],
    );
    return characters + zones + matches + travellers;
  });
  return answerWithin(work);
}
