import { RoomkeepError } from "roomkeep/shared";
import type { Collection } from "./collection.ts";

/** A key stands in paths: no slash, and no dot in front. */
const KEY = /^[A-Za-z0-9][\w.:-]{0,127}$/;
const ACCOUNT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Key of a value, and of a player's value the account. What is shared has no owner. */
export type PlaceIn<C extends Collection> = "shared" extends C["owner"]
  ? { readonly key: string; readonly owner?: string | undefined }
  : { readonly key: string; readonly owner: string };

/** A checked place of a value. */
export interface Place {
  readonly collection: Collection;
  /** The account; empty for what is shared. */
  readonly owner: string;
  readonly key: string;
}

/**
 * Checks a place.
 *
 * @throws KEY_INVALID the key is none
 * @throws ACCOUNT_UNKNOWN a player's collection, and no account
 * @throws COLLECTION_FORBIDDEN a shared collection, and an account
 */
export function readPlace(
  collection: Collection,
  { key, owner }: { readonly key: string; readonly owner?: string | undefined },
): Place {
  if (typeof key !== "string" || !KEY.test(key)) throw new RoomkeepError("KEY_INVALID");
  return { collection, key, owner: readOwner(collection, owner) };
}

/** @returns the account, or an empty text for what is shared; throws as {@link readPlace} */
export function readOwner({ name, owner: kind }: Collection, owner: string | undefined): string {
  if (kind === "shared") {
    if (owner === undefined) return "";
    throw new RoomkeepError("COLLECTION_FORBIDDEN", `The values of "${name}" are shared and have no owner.`);
  }
  const id = typeof owner === "string" ? owner.toLowerCase() : "";
  if (!ACCOUNT.test(id)) throw new RoomkeepError("ACCOUNT_UNKNOWN", "No account has this id.");
  return id;
}
