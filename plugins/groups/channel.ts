import { z } from "zod";
import { type Chat, defineChannel } from "../chat/index.ts";
import type { Groups } from "./groups.ts";

/** Name of the kind of channels, on a server with the plugin `chat`. */
export const CHANNEL = "group";

/** Gives each group a channel of its members: who has left it reads no further line. */
export function addGroupChannel(channels: Pick<Chat, "add" | "membersChanged">, groups: Groups): void {
  channels.add(
    defineChannel({
      kind: CHANNEL,
      mayRead: async (accountId, id) =>
        z.uuid().safeParse(id).success && (await groups.roleOf(accountId, id)) !== undefined,
      members: async (id) => (await groups.membersOf(id)).map(({ account }) => account),
      channelsOf: async (accountId) =>
        (await groups.groupsOf(accountId)).map(({ id, name }) => ({ id, title: name })),
    }),
  );
  groups.onChange(({ groupId, accountId }) =>
    channels.membersChanged({ kind: CHANNEL, id: groupId }, accountId),
  );
}
