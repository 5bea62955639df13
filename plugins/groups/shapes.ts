import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import { PERMISSIONS, ROLES } from "./permissions.ts";

/** Neither control characters nor those that turn the direction of what stands after the text. */
const PLAIN = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}]*$/u;

const name = z.string().min(1).max(96);
const tag = z.string().max(24).nullable();
const text = z
  .string()
  .trim()
  .max(500)
  .refine((one) => PLAIN.test(one.replace(/[\n\u200c\u200d]/g, "")), "holds characters that cannot be shown");
const access = z.enum(["open", "request", "closed"]);

/** Looks of a group that is founded. Names are checked by their own rules, with codes of their own. */
export const newGroup = z.strictObject({
  name,
  tag: tag.default(null),
  text: text.default(""),
  access: access.default("request"),
});
export const editedGroup = z.strictObject({ name, tag, text, access }).partial();

export const listed = z.object({
  id: z.uuid(),
  name: z.string(),
  tag: z.string().nullable(),
  text: z.string(),
  access,
  members: z.int(),
  createdAt: z.iso.datetime(),
});
export const mine = z.object({
  groups: z.array(
    listed.extend({
      role: z.enum(ROLES),
      permissions: z.array(z.enum(Object.keys(PERMISSIONS) as [keyof typeof PERMISSIONS])),
    }),
  ),
  asked: z.array(listed),
  invited: z.array(listed),
});
export const person = z.object({ account: z.uuid(), name: z.string(), since: z.iso.datetime() });
export const member = person.extend({ role: z.enum(ROLES) });

/** By the id of an account, or by its exact name. */
export const named = z.union([
  z.strictObject({ account: z.uuid() }),
  z.strictObject({ name: z.string().min(1).max(96) }),
]);

const amount = z.object({ template: z.string(), qty: z.int() });
export const bankView = z.object({
  coins: z.int(),
  items: z.array(amount),
  left: z.object({ coins: z.int(), items: z.int() }).nullable(),
});
export const bankLine = z.object({
  id: z.string(),
  account: z.uuid().nullable(),
  name: z.string(),
  coins: z.int(),
  items: z.array(amount),
  at: z.iso.datetime(),
});
/** What is put in or taken out; at least one of something. */
export const bankBody = z.strictObject({
  request: z.string().regex(/^[\x21-\x7e]{1,64}$/, "1 to 64 characters without a space"),
  character: z.uuid(),
  coins: z.int().min(0).default(0),
  items: z
    .array(
      z.strictObject({
        template: z.string().min(1).max(64),
        qty: z
          .int()
          .min(1)
          .max(2 ** 31 - 1),
      }),
    )
    .max(20)
    .default([]),
});

/**
 * An id in a path.
 * @throws MESSAGE_INVALID it is none
 */
export function idIn(params: Readonly<Record<string, string>>, key: "group" | "account"): string {
  const { data } = z.uuid().safeParse(params[key]);
  if (!data) throw new RoomkeepError("MESSAGE_INVALID", `${key}: is no id.`);
  return data.toLowerCase();
}

/** A query. @throws MESSAGE_INVALID it does not fit */
export function readQuery<T extends z.ZodObject>(schema: T, query: unknown): z.output<T> {
  const read = schema.safeParse(query);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new RoomkeepError("MESSAGE_INVALID", `${issue?.path.join(".")}: ${issue?.message}`);
  }
  return read.data;
}
