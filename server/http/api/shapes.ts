import { z } from "zod";

/** Shapes that several endpoints share; the OpenAPI document is made from them. */
export const looks = z.object({
  name: z.string().max(400).meta({ description: "1 to 24 characters that can be shown" }),
  color: z.int().meta({ description: "index into the colours on offer" }),
  shape: z.int().meta({ description: "index into the shapes on offer" }),
});
export const character = z.object({ id: z.uuid(), name: z.string(), color: z.int(), shape: z.int() });
export const ownCharacter = character.extend({
  chosen: z.boolean(),
  deletedAt: z.iso.datetime().nullable(),
});
const sanction = z.object({
  id: z.uuid(),
  kind: z.enum(["warn", "mute", "kick", "ban"]),
  characterId: z.uuid().nullable().meta({ description: "null: of the whole account" }),
  reason: z.string(),
  until: z.iso.datetime().nullable().meta({ description: "null: for good" }),
  chat: z.boolean(),
  voice: z.boolean(),
  appeal: z.string(),
});
export const account = z.object({
  id: z.uuid(),
  kind: z.enum(["guest", "registered"]),
  name: z.string().nullable(),
  email: z.string().nullable(),
  role: z.enum(["player", "moderator", "operator", "admin"]),
  sanctions: z.array(sanction).optional().meta({ description: "what moderators have given and is in force" }),
  deleteAt: z.iso
    .datetime()
    .nullable()
    .optional()
    .meta({ description: "when an operator has it deleted; null: not at all" }),
});
export const tokens = z.object({
  token: z.string().meta({ description: "refresh token: good once, for the next pair" }),
  accessToken: z.string().meta({ description: "bearer token of every call" }),
  expiresIn: z.int().meta({ description: "seconds until the access token runs out" }),
  deletionUndone: z
    .literal(true)
    .optional()
    .meta({ description: "this sign-in has undone the deletion that the owner had asked for" }),
});
const rows = z.array(z.record(z.string(), z.unknown()));
export const accountExport = z.object({
  exportedAt: z.iso.datetime(),
  account: z.record(z.string(), z.unknown()),
  characters: rows,
  items: rows,
  ledger: rows,
  nextLedger: z
    .string()
    .nullable()
    .meta({ description: "where the next part begins; null: this is the last" }),
  more: z.record(z.string(), rows).meta({ description: "rows of other tables, plugins' too, by table" }),
});
/**
 * Lengths only: further rules of names, addresses and passwords are checked with error codes of their own.
 */
export const name = z.string().max(400);
export const password = z.string().max(1_000);
export const secret = z.string().max(256);
export const nothing = z.null();
