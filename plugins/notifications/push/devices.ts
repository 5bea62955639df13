import { randomUUID } from "node:crypto";
import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { lockBox } from "../box.ts";
import type { Subscription } from "./endpoint.ts";

/** A browser that an account is pushed to. */
export interface Device {
  readonly id: string;
  /** Of its push service. */
  readonly host: string;
  /** ISO. */
  readonly since: string;
}

/**
 * Keeps a device of an account, in a transaction. A browser in which somebody else has signed in is that
 * one's from then on.
 *
 * @throws DEVICES_FULL
 * @throws PUSH_INVALID another account has the endpoint, under other keys
 */
export async function keepDevice(
  db: Db,
  accountId: string,
  { endpoint, keys }: Subscription,
  most: number,
): Promise<void> {
  await lockBox(db, accountId);
  const [row] = await db.query<{ n: number }[]>(
    "SELECT count(*)::int AS n FROM notification_device WHERE account_id = $1 AND endpoint <> $2",
    [accountId, endpoint],
  );
  if ((row?.n ?? 0) >= most) throw new RoomkeepError("DEVICES_FULL");
  const kept = await db.query<unknown[]>(
    `INSERT INTO notification_device AS device (id, account_id, endpoint, p256dh, auth)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (endpoint) DO UPDATE SET account_id = excluded.account_id, p256dh = excluded.p256dh,
       auth = excluded.auth, since = CASE WHEN device.account_id = excluded.account_id THEN device.since
         ELSE now() END
     WHERE device.account_id = excluded.account_id
       OR (device.p256dh = excluded.p256dh AND device.auth = excluded.auth)
     RETURNING 1`,
    [randomUUID(), accountId, endpoint, keys.p256dh, keys.auth],
  );
  // Who knows an endpoint alone does not have the browser.
  if (kept.length === 0) throw new RoomkeepError("PUSH_INVALID", "The endpoint is another account's.");
  // What was planned for the one before is not shown to the one who is here now.
  await db.query(
    `DELETE FROM notification_push USING notification_device AS device
     WHERE device.id = device_id AND device.endpoint = $1 AND notification_push.account_id <> $2`,
    [endpoint, accountId],
  );
}

/** The devices of an account, the oldest first. */
export async function listDevices(db: Db, accountId: string): Promise<Device[]> {
  const rows = await db.query<{ id: string; endpoint: string; since: Date }[]>(
    "SELECT id, endpoint, since FROM notification_device WHERE account_id = $1 ORDER BY since, id",
    [accountId],
  );
  return rows.map(({ id, endpoint, since }) => ({
    id,
    host: new URL(endpoint).host,
    since: since.toISOString(),
  }));
}

/** Takes devices of an account away: the one of an endpoint, or all. */
export async function dropDevices(db: Db, accountId: string, endpoint: string | undefined): Promise<void> {
  await db.query(
    "DELETE FROM notification_device WHERE account_id = $1 AND ($2::text IS NULL OR endpoint = $2)",
    [accountId, endpoint ?? null],
  );
}
