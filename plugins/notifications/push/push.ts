import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { Row } from "../box.ts";
import type { NotificationKind } from "../kind.ts";
import { isPrivate } from "./address.ts";
import { openDeliveries, planPush } from "./deliveries.ts";
import { type Device, dropDevices, keepDevice, listDevices } from "./devices.ts";
import { checkSubscription, type Subscription } from "./endpoint.ts";
import { openSender, type PushOutcome } from "./send.ts";
import type { PushSettings } from "./settings.ts";
import { readVapid } from "./vapid.ts";

/** Messages to closed pages. Without keys of the server all of it is off. */
export interface Push {
  /** By which a browser subscribes; null: the server has no keys. */
  readonly key: string | null;
  /** Plans the pushes of a notification, within its transaction. */
  plan(db: Db, row: Row): Promise<void>;
  /** A page has shown it. */
  drop(accountId: string, number: number): Promise<void>;
  /** @throws PUSH_OFF, PUSH_INVALID, DEVICES_FULL nothing was kept */
  subscribe(accountId: string, subscription: Subscription): Promise<void>;
  devices(accountId: string): Promise<Device[]>;
  /** @param endpoint of one device; undefined: all of them */
  unsubscribe(accountId: string, endpoint: string | undefined): Promise<void>;
  /** How many pushes have ended how, of this process. */
  readonly counts: ReadonlyMap<PushOutcome["outcome"], number>;
  /** How many wait, of all processes. */
  waiting(): Promise<number>;
  close(): void;
}

/**
 * Opens the messages to closed pages.
 *
 * @throws CONFIG_INVALID, PACKAGE_MISSING
 */
export async function openPush(
  services: PluginServices<PushSettings>,
  kinds: ReadonlyMap<string, NotificationKind>,
): Promise<Push> {
  const { db, transaction, settings } = services;
  const vapid = readVapid(settings);
  const ca = settings.pushCa && vapid ? await readCa(settings.pushCa) : undefined;
  const sender = vapid && (await openSender(vapid, { allowPrivate: settings.pushPrivate, ca }));
  const deliveries = sender && openDeliveries(services, kinds, sender.send);
  return {
    key: vapid?.publicKey ?? null,
    plan: async (own, row) => {
      if (vapid) await planPush(own, row, settings.pushAfterS);
    },
    async drop(accountId, number) {
      if (vapid)
        await db.query("DELETE FROM notification_push WHERE account_id = $1 AND number = $2", [
          accountId,
          number,
        ]);
    },
    async subscribe(accountId, subscription) {
      if (!vapid) throw new RoomkeepError("PUSH_OFF");
      checkSubscription(subscription, settings.pushHosts);
      if (!settings.pushPrivate) await refusePrivate(new URL(subscription.endpoint).hostname);
      await transaction((own) => keepDevice(own, accountId, subscription, settings.devicesMax));
    },
    devices: (accountId) => listDevices(db, accountId),
    unsubscribe: (accountId, endpoint) => dropDevices(db, accountId, endpoint),
    counts: deliveries?.counts ?? new Map(),
    async waiting() {
      const [row] = await db.query<{ n: number }[]>("SELECT count(*)::int AS n FROM notification_push");
      return row?.n ?? 0;
    },
    close() {
      deliveries?.close();
      sender?.close();
    },
  };
}

/** @throws PUSH_INVALID the name has no address, or one of the own network */
async function refusePrivate(host: string): Promise<void> {
  const found = await lookup(host, { all: true }).catch(() => []);
  if (found.length === 0 || found.some(({ address }) => isPrivate(address)))
    throw new RoomkeepError("PUSH_INVALID", "The endpoint leads to no public address.");
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const text = `ROOMKEEP_NOTIFICATIONS_PUSH_CA: the file ${path} cannot be read.`;
    throw new RoomkeepError("CONFIG_INVALID", text, { cause });
  }
}
