import { z } from "zod";
import { SANCTION_KINDS } from "../../../rooms/internal.ts";
import { findCharacter } from "../../moderation/players/player-view.ts";
import {
  giveSanction,
  liftSanction,
  listSanctions,
  MINUTES_MAX,
  type Moderator,
  REASON_MAX,
  type SanctionOrder,
} from "../../moderation/sanctions.ts";
import { accountBeneath } from "../accounts.ts";
import { defineOperation, type OperationContext } from "../operation.ts";

const player = z.uuid().meta({ description: "id of the account" });
const reason = z.string().trim().min(1).max(REASON_MAX).meta({ description: "told to the player" });
const minutes = z.int().min(1).max(MINUTES_MAX).optional().meta({ description: "left out: for good" });
const given = z.object({ id: z.uuid() });
const codes = ["ACCOUNT_UNKNOWN", "SANCTION_INVALID"] as const;
const time = z.iso.datetime();

/** A sanction in answers. */
export const sanctionView = z.object({
  id: z.uuid(),
  kind: z.enum(SANCTION_KINDS),
  accountId: z.uuid().nullable(),
  characterId: z.uuid().nullable(),
  range: z.string().nullable(),
  chat: z.boolean(),
  voice: z.boolean(),
  reason: z.string(),
  givenAt: time,
  endsAt: time.nullable(),
  givenBy: z.string(),
  readAt: time.nullable(),
  liftedAt: time.nullable(),
  liftedBy: z.string(),
  liftReason: z.string(),
  live: z.boolean(),
});

/** Who acts, as sanctions and reports keep it. */
export function moderatorOf({ by }: Pick<OperationContext, "by">): Moderator {
  return { accountId: by.accountId, name: by.name };
}

/** Gives a sanction to an account beneath, and tells all processes. */
async function give(
  context: OperationContext,
  accountId: string,
  order: Omit<SanctionOrder, "by" | "target"> & Partial<Pick<SanctionOrder, "target">>,
): Promise<{ id: string }> {
  const { id } = await accountBeneath(context, accountId);
  const made = await giveSanction(context.db, {
    target: { accountId: id },
    ...order,
    by: moderatorOf(context),
  });
  context.after(() => context.services?.sanctions.tell());
  return made;
}

/** Warns a player. */
export const warnPlayer = defineOperation({
  name: "players.warn",
  summary: "Warn a player, who is told until they have read it",
  permission: "sanction",
  kind: "write",
  params: z.object({ player, reason }),
  result: given,
  codes,
  run: (context, params) => give(context, params.player, { kind: "warn", reason: params.reason }),
});

/** Mutes a player. */
export const mutePlayer = defineOperation({
  name: "players.mute",
  summary: "Mute a player in every room at once: chat, whispers and party lines, and voice",
  permission: "sanction",
  kind: "write",
  params: z.object({ player, minutes, channels: z.enum(["chat", "voice", "both"]).default("both"), reason }),
  result: given,
  codes,
  run: (context, { player: id, ...order }) => give(context, id, { kind: "mute", ...order }),
});

/** Kicks a player. */
export const kickPlayer = defineOperation({
  name: "players.kick",
  summary: "Remove a player from every room; they may join again",
  permission: "sanction",
  kind: "write",
  params: z.object({ player, reason }),
  result: given,
  codes,
  run: (context, params) => give(context, params.player, { kind: "kick", reason: params.reason }),
});

/** Bans an account. */
export const banPlayer = defineOperation({
  name: "players.ban",
  summary: "Ban an account: it leaves its rooms, and gets no ticket",
  permission: "sanction",
  kind: "write",
  params: z.object({ player, minutes, reason }),
  result: given,
  codes,
  run: (context, { player: id, ...order }) => give(context, id, { kind: "ban", ...order }),
});

/** Bans one character. */
export const banCharacter = defineOperation({
  name: "players.ban-character",
  summary: "Ban one character; the account may play its others",
  permission: "sanction",
  kind: "write",
  params: z.object({ character: z.uuid(), minutes, reason }),
  result: given,
  codes: [...codes, "CHARACTER_MISSING"],
  async run(context, { character: characterId, ...order }) {
    const { accountId } = await findCharacter(context.db, characterId);
    return give(context, accountId, { kind: "ban", target: { characterId }, ...order });
  },
});

/** Bans all who come from some addresses. */
export const banRange = defineOperation({
  name: "sanctions.ban-range",
  summary: "Ban all who come from an address or a range: they leave, get no ticket and make no account",
  permission: "sanction",
  kind: "write",
  params: z.object({
    range: z.string().max(64).meta({ description: "such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48" }),
    minutes,
    reason,
  }),
  result: given,
  codes: ["SANCTION_INVALID"],
  async run(context, { range, ...order }) {
    const by = moderatorOf(context);
    const made = await giveSanction(context.db, { kind: "ban", target: { range }, ...order, by });
    context.after(() => context.services?.sanctions.tell());
    return made;
  },
});

/** Lifts a sanction. */
export const lift = defineOperation({
  name: "sanctions.lift",
  summary: "Lift a sanction before its end",
  permission: "sanction",
  kind: "write",
  params: z.object({ sanction: z.uuid(), reason: z.string().trim().min(1).max(REASON_MAX) }),
  result: z.object({}),
  codes: ["SANCTION_UNKNOWN"],
  async run(context, { sanction, reason: why }) {
    const { accountId } = await liftSanction(context.db, sanction, { reason: why, by: moderatorOf(context) });
    if (accountId !== null) await accountBeneath(context, accountId);
    context.after(() => context.services?.sanctions.tell());
    return {};
  },
});

/** Lists sanctions. */
export const listAll = defineOperation({
  name: "sanctions.list",
  summary: "Sanctions, newest first: of one player, of ranges, or all",
  permission: "sanction",
  kind: "read",
  params: z.object({
    player: player.optional(),
    ranges: z.boolean().optional(),
    live: z.boolean().optional(),
    before: z.uuid().optional(),
    limit: z.int().min(1).max(100).default(20),
  }),
  result: z.object({ sanctions: z.array(sanctionView) }),
  run: async ({ db }, { player: accountId, ...filter }) => ({
    sanctions: await listSanctions(db, { accountId, ...filter }),
  }),
  text: ({ sanctions }) =>
    sanctions.map((one) => {
      const whom = one.range ?? one.characterId ?? one.accountId;
      const until = one.endsAt ?? (one.live ? "for good" : "-");
      return `${one.id}  ${one.givenAt}  ${one.kind}  ${whom}  ${one.live ? until : "over"}  ${one.reason}`;
    }),
});
