import { z } from "zod";
import { endSignIns } from "../../accounts/auth.ts";
import { exportAccount } from "../../accounts/privacy/account-export.ts";
import { askDeletion, keepAccount } from "../../accounts/privacy/deletion-grace.ts";
import { readConfig } from "../../config.ts";
import { accountExport } from "../../http/api/shapes.ts";
import { writeNote } from "../../moderation/notes.ts";
import { findCharacter } from "../../moderation/players/player-view.ts";
import { renameAccount, renameCharacter } from "../../moderation/players/rename.ts";
import { REASON_MAX } from "../../moderation/sanctions.ts";
import { accountBeneath } from "../accounts.ts";
import { defineOperation } from "../operation.ts";
import { tellRoom } from "../run/tell-room.ts";
import { moderatorOf } from "./sanctions.ts";

const player = z.uuid().meta({ description: "id of the account" });
const reason = z.string().trim().min(1).max(REASON_MAX);
const name = z.string().max(400);
const nothing = z.object({});

/** Gives an account another name. */
export const renamePlayer = defineOperation({
  name: "players.rename",
  summary: "Give a registered account another name, by which it signs in",
  permission: "accounts",
  kind: "write",
  params: z.object({ player, name, reason }),
  // Names are forgotten with the account; the audit log is not.
  secrets: ["name"],
  result: z.object({ name: z.string() }),
  codes: ["ACCOUNT_UNKNOWN", "ACCOUNT_NAME_INVALID", "NAME_TAKEN"],
  async run(context, params) {
    const { id } = await accountBeneath(context, params.player);
    context.after(() => context.accountChanged(id));
    return renameAccount(context.db, id, params.name);
  },
});

/** Gives a character another name, in the room that has it too. */
export const renameOne = defineOperation({
  name: "players.rename-character",
  summary: "Give a character another name; the room that has it shows it at once",
  permission: "accounts",
  kind: "write",
  params: z.object({ character: z.uuid(), name, reason }),
  secrets: ["name"],
  result: z.object({
    name: z.string(),
    room: z.string().nullable().meta({ description: "room that is told; null: it is in none" }),
  }),
  codes: ["CHARACTER_MISSING", "NAME_INVALID"],
  async run(context, params) {
    const { accountId, room } = await findCharacter(context.db, params.character);
    await accountBeneath(context, accountId);
    const { name: shown } = await renameCharacter(context.db, params.character, params.name);
    tellRoom(context, room, "renameCharacter", [params.character, shown]);
    return { name: shown, room };
  },
});

/** Ends all sign-ins of an account. */
export const signOutPlayer = defineOperation({
  name: "players.sign-out",
  summary: "End all sign-ins of an account; its characters leave their rooms, saved",
  permission: "accounts",
  kind: "write",
  params: z.object({ player, reason }),
  result: nothing,
  codes: ["ACCOUNT_UNKNOWN"],
  async run(context, params) {
    const { id } = await accountBeneath(context, params.player);
    await endSignIns(context.db, id);
    context.after(() => context.accountChanged(id));
    return {};
  },
});

/** All that is kept about a person. */
export const exportPlayer = defineOperation({
  name: "players.export",
  summary: "All that is kept of an account; of a long ledger in parts: ask on with `after` of nextLedger",
  permission: "export",
  kind: "read",
  audited: true,
  params: z.object({ player, after: z.string().max(20).default("0") }),
  result: accountExport,
  codes: ["ACCOUNT_UNKNOWN"],
  async run({ db, concerns }, params) {
    concerns(params.player);
    return (await exportAccount(db, params.player, params.after)) as z.output<typeof accountExport>;
  },
});

/** Has an account deleted when its grace time is over. */
export const deletePlayer = defineOperation({
  name: "players.delete",
  summary: "Delete an account after the grace time of ROOMKEEP_DELETE_GRACE_DAYS; players.keep undoes it",
  permission: "delete",
  kind: "write",
  params: z.object({ player, reason }),
  result: z.object({ deleteAt: z.iso.datetime().nullable().meta({ description: "null: it is deleted" }) }),
  codes: ["ACCOUNT_UNKNOWN", "CHARACTER_LIVE"],
  async run(context, params) {
    const { id } = await accountBeneath(context, params.player);
    const { deleteGraceDays: days } = context.services?.config ?? readConfig(process.env);
    const wish = { days, byPlayer: false, by: moderatorOf(context), reason: params.reason };
    const { deleteAt } = await askDeletion(context.db, id, wish);
    context.after(() => context.accountChanged(id));
    return { deleteAt: deleteAt?.toISOString() ?? null };
  },
});

/** Undoes a deletion. */
export const keepPlayer = defineOperation({
  name: "players.keep",
  summary: "Undo the deletion of an account whose grace time is not over",
  permission: "delete",
  kind: "write",
  params: z.object({ player, reason }),
  result: nothing,
  codes: ["ACCOUNT_UNKNOWN", "DELETION_NONE"],
  async run(context, params) {
    const { id } = await accountBeneath(context, params.player);
    await keepAccount(context.db, id);
    return {};
  },
});

/** Writes a note about a player. */
export const notePlayer = defineOperation({
  name: "players.note",
  summary: "Write a note about a player, for other moderators",
  permission: "sanction",
  kind: "write",
  params: z.object({ player, text: z.string().trim().min(1).max(2_000) }),
  // The note says it, and is forgotten with the account.
  secrets: ["text"],
  result: z.object({ id: z.uuid() }),
  codes: ["ACCOUNT_UNKNOWN"],
  async run(context, params) {
    context.concerns(params.player);
    return writeNote(context.db, params.player, params.text, moderatorOf(context));
  },
});
