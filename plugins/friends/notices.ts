import { z } from "zod";
import { defineKind, type Notifications } from "../notifications/index.ts";
import type { Notices } from "./pair.ts";
import { readBlocksOf } from "./reading.ts";

const person = z.object({ account: z.uuid() });

/** A request that waits for an answer. */
export const asked = defineKind("friends.request", {
  params: person,
  text: (_, from) => `${from} asks to be your friend.`,
  actions: {
    accept: { label: "Accept", route: "POST /v1/friends/requests/:account/accept" },
    refuse: { label: "Refuse", route: "DELETE /v1/friends/requests/:account" },
    open: { label: "Open", panel: "friends" },
  },
  push: (_, from) => `${from} asks to be your friend.`,
});

/** A request that was accepted. */
export const accepted = defineKind("friends.accepted", {
  params: person,
  text: (_, from) => `${from} is your friend now.`,
  actions: { open: { label: "Open", panel: "friends" } },
  push: (_, from) => `${from} is your friend now.`,
});

/** Opens the notices of friends, on a server that has notifications. */
export function openNotices(notes: Notifications): Notices {
  notes.declare(asked);
  notes.declare(accepted);
  notes.refuseWhere(async (db, accountId, from) =>
    (await readBlocksOf(db, [accountId])).some(({ blocked }) => blocked === from),
  );
  return {
    async write(db, before, after) {
      const { me, other } = after;
      const letters = notes.within(db);
      if (before.state !== after.state) {
        if (after.state === "sent")
          await letters.send(other, { kind: asked, params: { account: me }, from: me, key: me });
        if (before.state === "sent") await letters.withdraw(other, asked, me);
        if (before.state === "received") await letters.withdraw(me, asked, other);
        if (after.state === "friends")
          await letters.send(other, { kind: accepted, params: { account: me }, from: me, key: me });
        if (before.state === "friends") {
          await letters.withdraw(other, accepted, me);
          await letters.withdraw(me, accepted, other);
        }
      }
      if (after.iBlock && !before.iBlock) await letters.withdrawFrom(me, other);
      return letters.tell;
    },
  };
}
