import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { SignInPort, SignInRoom } from "../../rooms/internal.ts";
import { coalesce } from "../coalesce.ts";
import { answerWithin } from "../storage/database.ts";

/**
 * Between two questions to the database, ms. Whoever ends a sign-in lets all processes ask at once; a hint
 * may be lost.
 */
const ASK_MS = 10_000;

/** Which sign-ins of those who play here have ended: the port that rooms get. */
export interface SignInWatch extends SignInPort {
  /** Asks the database now, and lets the rooms know. Never throws. */
  look(): Promise<void>;
  close(): void;
}

/** Opens the watch of a process. */
export function openSignInWatch(
  ds: DataSource,
  log: Pick<BaseLogger, "warn">,
  { timers = true }: { timers?: boolean } = {},
): SignInWatch {
  const rooms = new Set<SignInRoom>();

  async function lookOnce(): Promise<void> {
    const playing = new Set([...rooms].flatMap((room) => [...room.signIns()]));
    if (playing.size === 0) return;
    const good = await goodOf(ds, [...playing]);
    const ended = new Set([...playing].filter((id) => !good.has(id)));
    if (ended.size > 0) for (const room of rooms) room.ended(ended);
  }

  const look = coalesce(() =>
    lookOnce().catch((error) =>
      log.warn({ err: error }, "ended sign-ins could not be looked up; they are later"),
    ),
  );

  const clock = timers ? setInterval(() => void look(), ASK_MS).unref() : undefined;
  return {
    look,
    watch(room) {
      rooms.add(room);
      return () => void rooms.delete(room);
    },
    async isGood(signInId) {
      try {
        return (await goodOf(ds, [signInId])).has(signInId);
      } catch (error) {
        // Without a database nobody can end a sign-in either; the next look finds what was ended before.
        log.warn({ err: error }, "a sign-in could not be looked up; it is later");
        return true;
      }
    },
    close: () => clearInterval(clock),
  };
}

async function goodOf(ds: DataSource, ids: readonly string[]): Promise<Set<string>> {
  const rows = await answerWithin(
    ds.query<{ id: string }[]>("SELECT id FROM sign_in WHERE id = ANY($1::uuid[]) AND revoked_at IS NULL", [
      ids,
    ]),
  );
  return new Set(rows.map(({ id }) => id));
}
