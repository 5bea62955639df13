import type { SanctionKind } from "../../rooms/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { sanctionsOf } from "./sanction-rows.ts";

/** What an account is told at the sign-in. Times are ISO. */
export interface Standing {
  /** In force now; kicks are told in the room. */
  readonly sanctions: {
    readonly id: string;
    readonly kind: SanctionKind;
    readonly characterId: string | null;
    readonly reason: string;
    readonly until: string | null;
    readonly chat: boolean;
    readonly voice: boolean;
    readonly appeal: string;
  }[];
  /** Null: nobody wants it deleted. */
  readonly deleteAt: string | null;
}

/** What is in force of an account, for its owner. */
export async function readStanding(db: Db, accountId: string, appeal: string): Promise<Standing> {
  const found = await sanctionsOf(db, { accountId, address: undefined });
  const [deletion] = await answerWithin(
    db.query<{ at: Date }[]>("SELECT delete_at AS at FROM account_deletion WHERE account_id = $1", [
      accountId,
    ]),
  );
  const sanctions = found
    .filter(({ kind }) => kind !== "kick")
    .map(({ id, kind, characterId = null, reason, endsAt, chat, voice }) => {
      return { id, kind, characterId, reason, until: endsAt?.toISOString() ?? null, chat, voice, appeal };
    });
  return { sanctions, deleteAt: deletion?.at.toISOString() ?? null };
}
