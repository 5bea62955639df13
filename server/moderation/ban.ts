import { RoomkeepError } from "../../shared/index.ts";
import type { Db } from "../storage/database.ts";
import { plainAddress } from "./address-range.ts";
import { type FoundSanction, sanctionsOf } from "./sanction-rows.ts";

/** Whom a ban may keep out. */
export interface WhoComes {
  /** Undefined: nobody has signed in yet. */
  readonly accountId?: string;
  /** Undefined: no character was chosen yet. */
  readonly characterId?: string;
  readonly address: string;
}

/**
 * Refuses whoever is banned: the account, the character, or all who come from that address.
 *
 * @param appeal how to object, for the text
 * @returns what else is in force
 * @throws BANNED with reason and end
 */
export async function refuseBanned(db: Db, who: WhoComes, appeal: string): Promise<FoundSanction[]> {
  const { accountId, characterId, address } = who;
  const all = await sanctionsOf(db, { accountId, address: plainAddress(address) });
  const found = all.filter((one) => one.characterId === undefined || one.characterId === characterId);
  const ban = found.find(({ kind }) => kind === "ban");
  if (ban) throw new RoomkeepError("BANNED", banText(ban, appeal));
  return found;
}

/** What a banned player reads. Times are UTC: the page says them in the player's own. */
export function banText(
  {
    characterId,
    network,
    reason,
    endsAt,
  }: Pick<FoundSanction, "characterId" | "network" | "reason" | "endsAt">,
  appeal: string,
): string {
  const whom = network ? "This network" : characterId ? "This character" : "This account";
  const until = endsAt ? `until ${endsAt.toISOString().slice(0, 16).replace("T", " ")} UTC` : "for good";
  return [`${whom} is banned ${until}.`, reason && `Reason: ${reason}`, appeal && `To appeal: ${appeal}`]
    .filter(Boolean)
    .join(" ");
}
