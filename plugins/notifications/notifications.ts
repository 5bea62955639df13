import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { announce, announcement, hasNotTaken, lastAnnounced, takeAnnouncements } from "./announcements.ts";
import type {
  NotificationSettings,
  Notifications,
  NotificationsWithin,
  SenderRule,
  ShownNotification,
} from "./api.ts";
import { deleteFrom, dismiss, lockBox, markRead, putIn, type Row, readBox, readMarks } from "./box.ts";
import { checkDraft, EXPIRES_MAX_S } from "./draft.ts";
import { type NotificationKind, render, routesOf } from "./kind.ts";
import { openPush } from "./push/push.ts";
import { openSources } from "./sources.ts";

/** How often a process looks for announcements of others, ms. */
const LOOK_MS = 2_000;
/** Messages that are on their way at the same time. */
const TELLS_AT_ONCE = 20;

/** Opens the notifications on the services of a process. */
export async function openNotifications(
  services: PluginServices<NotificationSettings>,
): Promise<Notifications> {
  const { db, transaction, people, settings, limit, log, onClose } = services;
  const kinds = new Map<string, NotificationKind>();
  const rules: SenderRule[] = [];
  const sent = new Map<string, number>();
  const sends = limit("sends", { most: settings.sendsPerMinute, withinS: 60 });
  /** Accounts in rooms of this process, with their seats. */
  const here = new Map<string, number>();
  let announced = "";

  const push = await openPush(services, kinds);
  onClose(push.close);

  async function show(rows: readonly Row[]): Promise<Map<Row, ShownNotification>> {
    const senders = new Set(rows.flatMap(({ senderId }) => senderId ?? []));
    const names = senders.size > 0 ? await people.names(senders) : new Map<string, string>();
    const shown = new Map<Row, ShownNotification>();
    for (const row of rows) {
      const one = shownOf(row, kinds.get(row.kind), names);
      if (one) shown.set(row, one);
    }
    return shown;
  }

  /** Who has it before their eyes is not sent a push as well. */
  async function tellNew(rows: readonly Row[]): Promise<void> {
    const all = [...(await show(rows))];
    for (let from = 0; from < all.length; from += TELLS_AT_ONCE)
      await Promise.all(
        all.slice(from, from + TELLS_AT_ONCE).map(async ([{ accountId, number }, shown]) => {
          const outcome = await people.tell(accountId, "new", shown);
          if (outcome === "delivered") await push.drop(accountId, number);
        }),
      );
  }

  async function tellMarks(accountId: string, changed: object): Promise<number> {
    const { unread } = await readMarks(db, accountId, [...kinds.keys()]);
    void people.tell(accountId, "changed", { ...changed, unread });
    return unread;
  }

  function within(own: Db): NotificationsWithin {
    const fresh: Row[] = [];
    const gone = new Map<string, number[]>();
    const took = (accountId: string, numbers: readonly number[]) => {
      if (numbers.length > 0) gone.set(accountId, [...(gone.get(accountId) ?? []), ...numbers]);
    };
    return {
      async send(accountId, notification) {
        const draft = checkDraft(notification, kinds);
        await lockBox(own, accountId);
        if (draft.from !== undefined)
          for (const rule of rules) if (await rule(own, accountId, draft.from)) return false;
        const row = await putIn(own, accountId, draft, settings.keptMax);
        if (!row) return false;
        if (kinds.get(row.kind)?.push) await push.plan(own, row);
        fresh.push(row);
        return true;
      },
      async withdraw(accountId, { name }, key) {
        took(accountId, await deleteFrom(own, accountId, { kind: name, key }));
      },
      async withdrawFrom(accountId, from) {
        took(accountId, await deleteFrom(own, accountId, { from }));
      },
      async tell() {
        try {
          for (const { kind } of fresh) sent.set(kind, (sent.get(kind) ?? 0) + 1);
          for (const [accountId, numbers] of gone) await tellMarks(accountId, { gone: numbers });
          await tellNew(fresh);
        } catch (error) {
          // They are kept, and pages ask for what they have missed.
          log.warn({ err: error }, "pages were not told of notifications");
        }
      },
    };
  }

  async function take(accountIds: readonly string[]): Promise<void> {
    await tellNew(await takeAnnouncements({ transaction }, accountIds));
  }

  async function look(): Promise<void> {
    try {
      const last = await lastAnnounced(db);
      if (last !== announced) await take([...here.keys()]);
      announced = last;
    } catch (error) {
      log.warn({ err: error }, "announcements could not be looked up; they are later");
    }
  }
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const again = () => {
    if (isClosed) return;
    timer = setTimeout(() => void look().then(again), LOOK_MS);
    timer.unref();
  };
  again();
  onClose(() => {
    isClosed = true;
    clearTimeout(timer);
  });

  const api: Omit<Notifications, "readSources"> = {
    declare(kind) {
      if (kinds.has(kind.name))
        throw new RoomkeepError("PLUGIN_INVALID", `Two kinds of notifications are named "${kind.name}".`);
      kinds.set(kind.name, kind as unknown as NotificationKind);
    },
    refuseWhere: (rule) => void rules.push(rule),
    async send(accountId, notification) {
      checkDraft(notification, kinds);
      if (notification.from !== undefined) await sends.spend(notification.from);
      const { result, tell } = await transaction(async (own) => {
        const letters = within(own);
        return { result: await letters.send(accountId, notification), tell: letters.tell };
      });
      void tell();
      return result;
    },
    within,
    async list(accountId, page) {
      if (await hasNotTaken(db, accountId)) await take([accountId]);
      const known = [...kinds.keys()];
      // Before the rows: what comes meanwhile is in the next answer, and perhaps in this one too.
      const { latest, unread } = await readMarks(db, accountId, known);
      const rows = await readBox(db, accountId, known, page);
      const isPart = page.after !== undefined && rows.length === page.limit;
      return {
        notifications: [...(await show(rows)).values()],
        latest: isPart ? (rows.at(-1)?.number ?? latest) : latest,
        unread,
      };
    },
    async read(accountId, marks) {
      await markRead(db, accountId, marks);
      return { unread: await tellMarks(accountId, marks) };
    },
    async dismiss(accountId, number) {
      await dismiss(db, accountId, number);
      await tellMarks(accountId, { gone: [number] });
    },
    async tellGone(accountId, number) {
      await tellMarks(accountId, { gone: [number] });
    },
    announce: (own, text, expiresInS) => announce(own, text, Math.min(expiresInS, EXPIRES_MAX_S)),
    look,
    joined(accountId) {
      here.set(accountId, (here.get(accountId) ?? 0) + 1);
    },
    left(accountId) {
      const seats = (here.get(accountId) ?? 0) - 1;
      if (seats > 0) here.set(accountId, seats);
      else here.delete(accountId);
    },
    checkRoutes(routes) {
      for (const kind of kinds.values())
        for (const route of routesOf(kind))
          if (!routes.has(route))
            throw new RoomkeepError(
              "PLUGIN_INVALID",
              `An action of the notifications "${kind.name}" names ${route}, which the server has not.`,
            );
    },
    push,
    sent,
    settings,
  };
  api.declare(announcement);
  return { ...api, readSources: openSources(services, api).look };
}

function shownOf(
  { number, kind: name, params, senderId, at, expiresAt, readAt }: Row,
  kind: NotificationKind | undefined,
  names: ReadonlyMap<string, string>,
): ShownNotification | undefined {
  const rendered = kind && render(kind, params, names.get(senderId ?? "") || "Somebody");
  return (
    rendered && {
      number,
      kind: name,
      ...rendered,
      at: at.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
      read: readAt !== null,
    }
  );
}
