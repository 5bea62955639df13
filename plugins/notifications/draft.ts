import { RoomkeepError } from "roomkeep/shared";
import type { z } from "zod";
import type { Draft } from "./box.ts";
import type { NotificationKind } from "./kind.ts";

/** Longest time that a notification may be shown, seconds. */
export const EXPIRES_MAX_S = 366 * 24 * 60 * 60;
const KEY_MAX = 100;
/** JSON of the params, bytes. */
const PARAMS_MAX = 4_000;

/** What a plugin has sent, not checked yet. */
interface Unchecked {
  readonly kind: NotificationKind<z.ZodObject>;
  readonly params: unknown;
  readonly from?: string;
  readonly key?: string;
  readonly expiresInS?: number;
}

/** Checks what is to be kept. @throws NOTIFICATION_INVALID */
export function checkDraft(
  { kind, params, from, key, expiresInS }: Omit<Unchecked, "kind"> & { readonly kind: { name: string } },
  kinds: ReadonlyMap<string, NotificationKind>,
): Draft {
  const invalid = (why: string) =>
    new RoomkeepError("NOTIFICATION_INVALID", `A notification "${kind.name}": ${why}.`);
  const known = kinds.get(kind.name);
  if (!known) throw invalid("its kind was not declared");
  const parsed = known.params.safeParse(params);
  if (!parsed.success) throw invalid(`its params do not fit: ${parsed.error.issues[0]?.message}`);
  const json = JSON.stringify(parsed.data);
  if (Buffer.byteLength(json) > PARAMS_MAX) throw invalid(`its params are longer than ${PARAMS_MAX} bytes`);
  // The database takes no NUL and no half of a pair; JSON writes both by their number.
  if (/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/i.test(json)) throw invalid("its params hold what is no text");
  if (key !== undefined && (key.length === 0 || key.length > KEY_MAX || !isText(key)))
    throw invalid(`its key is no text of 1 to ${KEY_MAX} characters`);
  if (expiresInS !== undefined && !(expiresInS >= 1 && expiresInS <= EXPIRES_MAX_S))
    throw invalid(`it expires after 1 to ${EXPIRES_MAX_S} seconds`);
  return { kind: known.name, params: parsed.data, from, key, expiresInS };
}

const isText = (text: string) => !text.includes("\0") && !/\p{Surrogate}/u.test(text);
