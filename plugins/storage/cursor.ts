import { RoomkeepError } from "roomkeep/shared";
import type { Row } from "./rows.ts";

/** An account or nothing, a slash, and a key. */
const TEXT = /^([0-9a-f-]{36})?\/([\w.:-]{1,128})$/;
const CURSOR_MAX = 400;

/** The place of a row as a cursor: letters and digits that mean nothing to others. */
export const writeCursor = ({ owner, key }: Pick<Row, "owner" | "key">): string =>
  Buffer.from(`${owner}/${key}`).toString("base64url");

/** @throws MESSAGE_INVALID it is no cursor of a list */
export function readCursor(cursor: string | undefined): Pick<Row, "owner" | "key"> | undefined {
  if (cursor === undefined) return undefined;
  const text = cursor.length <= CURSOR_MAX ? Buffer.from(cursor, "base64url").toString() : "";
  const [, owner = "", key] = TEXT.exec(text) ?? [];
  if (key === undefined) throw new RoomkeepError("MESSAGE_INVALID", "The cursor is of no list.");
  return { owner, key };
}
