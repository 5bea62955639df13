import type { Db, PluginServices } from "roomkeep/server";
import type { Row } from "../box.ts";
import { type NotificationKind, renderPush } from "../kind.ts";
import { mayCall } from "./endpoint.ts";
import type { PushOutcome, Sender } from "./send.ts";
import type { PushSettings } from "./settings.ts";

/** How often a process looks for pushes that are due, ms. */
const LOOK_MS = 1_000;
/** Pushes that a process takes at once. */
const AT_ONCE = 20;
/** So long they are this process's: longer than all their tries may take. After that another one has them. */
const LEASE_S = 60;
const TRIES_MAX = 6;
/** Before each further try, in times of `pushRetryS`. */
const PAUSES = [1, 4, 16, 64, 256];
/** Longest pause before the next try, seconds. */
const PAUSE_MAX_S = 60 * 60;
/** How long a push service keeps what it cannot deliver, seconds. */
const TTL_S = 24 * 60 * 60;

/** The pushes that this process sends. */
export interface Deliveries {
  readonly counts: ReadonlyMap<PushOutcome["outcome"], number>;
  close(): void;
}

interface Claimed {
  readonly device: string;
  readonly account: string;
  readonly number: string;
  readonly tries: number;
}

interface DuePush {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly kind: string;
  readonly params: unknown;
  readonly sender: string | null;
  readonly left: number | null;
}

/** Plans a push to each device of the account, within the transaction of its notification. */
export async function planPush(db: Db, { accountId, number }: Row, afterS: number): Promise<void> {
  await db.query(
    `INSERT INTO notification_push (device_id, account_id, number, due_at)
     SELECT id, account_id, $2::bigint, now() + make_interval(secs => $3::double precision)
     FROM notification_device WHERE account_id = $1`,
    [accountId, number, afterS],
  );
}

/**
 * Sends what is due. Each push is one process's at a time, whichever is first; that of a killed one is sent
 * later.
 */
export function openDeliveries(
  { db, people, settings, log }: PluginServices<PushSettings>,
  kinds: ReadonlyMap<string, NotificationKind>,
  send: Sender,
): Deliveries {
  const counts = new Map<PushOutcome["outcome"], number>();
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  async function deliver({ device, account, number, tries }: Claimed): Promise<void> {
    const end = () =>
      db.query("DELETE FROM notification_push WHERE device_id = $1 AND account_id = $2 AND number = $3", [
        device,
        account,
        number,
      ]);
    const due = await readDue(db, device, account, number);
    if (!due) return void (await end());
    const { endpoint, p256dh, auth } = due;
    const kind = kinds.get(due.kind);
    const names = due.sender === null ? undefined : await people.names([due.sender]);
    const from = names?.get(due.sender ?? "") || "Somebody";
    const text = kind && renderPush(kind, due.params, from);
    if (text === undefined) return void (await end());
    const payload = JSON.stringify({ number: Number(number), title: settings.pushTitle, text });
    // The list of hosts may be another one than when it was kept.
    const ended: PushOutcome = mayCall(endpoint, settings.pushHosts)
      ? await send({ endpoint, keys: { p256dh, auth } }, payload, {
          ttlS: Math.max(1, Math.min(TTL_S, Math.floor(due.left ?? TTL_S))),
          topic: `n${number}`,
        })
      : { outcome: "refused" };
    counts.set(ended.outcome, (counts.get(ended.outcome) ?? 0) + 1);
    if (ended.outcome === "gone")
      await db.query("DELETE FROM notification_device WHERE id = $1 AND endpoint = $2", [device, endpoint]);
    else if (ended.outcome === "later" && tries < TRIES_MAX) {
      const pauseS = Math.max(settings.pushRetryS * (PAUSES[tries - 1] ?? 1), ended.afterS ?? 0);
      await db.query(
        `UPDATE notification_push SET due_at = now() + make_interval(secs => $4::double precision)
         WHERE device_id = $1 AND account_id = $2 AND number = $3`,
        [device, account, number, Math.min(PAUSE_MAX_S, pauseS)],
      );
    } else await end();
  }

  async function look(): Promise<void> {
    for (;;) {
      const claimed = await claim(db);
      await Promise.all(claimed.map(deliver));
      if (claimed.length < AT_ONCE || isClosed) return;
    }
  }

  const again = () => {
    if (isClosed) return;
    timer = setTimeout(async () => {
      await look().catch((error) => log.warn({ err: error }, "pushes wait: the database did not answer"));
      again();
    }, LOOK_MS);
    timer.unref();
  };
  again();
  return {
    counts,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** Takes what is due: two processes never take the same. */
async function claim(db: Db): Promise<Claimed[]> {
  const [rows] = await db.query<[Claimed[], number]>(
    `UPDATE notification_push AS push
     SET due_at = now() + make_interval(secs => $1::double precision), tries = tries + 1
     FROM (SELECT device_id, account_id, number FROM notification_push WHERE due_at <= now()
           ORDER BY due_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) AS due
     WHERE push.device_id = due.device_id AND push.account_id = due.account_id AND push.number = due.number
     RETURNING push.device_id AS device, push.account_id AS account, push.number, tries`,
    [LEASE_S],
  );
  return rows;
}

/** Undefined: it was read, dismissed, or is over. */
async function readDue(
  db: Db,
  device: string,
  account: string,
  number: string,
): Promise<DuePush | undefined> {
  const [row] = await db.query<DuePush[]>(
    `SELECT endpoint, p256dh, auth, kind, params, sender_id AS sender,
       EXTRACT(epoch FROM expires_at - now())::double precision AS left
     FROM notification JOIN notification_device AS device ON device.id = $1
       AND device.account_id = notification.account_id
     WHERE notification.account_id = $2 AND number = $3 AND read_at IS NULL AND dismissed_at IS NULL
       AND (expires_at IS NULL OR expires_at > now())`,
    [device, account, number],
  );
  return row;
}
