import { effect } from "@preact/signals";
import type { PlayTarget } from "../account/play-target.ts";
import { pauseUntilReturn } from "../device/page-life.ts";
import type { Session } from "../network/session.ts";
import { isInRoom } from "../network/session-phase.ts";

/** How long a screen waits before it tries again, ms. */
const AGAIN_MS = 3_000;
/** Refusals that no further attempt changes. */
const FINAL = ["SCREEN_TAKEN", "SCREENS_CLOSED"];

/**
 * Opens the screen's room and keeps it open: nobody sits at a screen who could press a button. After a reload
 * or a restart of the server it is the same room, by its code in the address.
 */
export async function keepScreen(session: Session, { invitation, game }: PlayTarget): Promise<void> {
  let code = invitation.value;
  const open = async () => {
    if (await session.resume(code)) return;
    if (code) await session.join({ code });
    if (!code || session.refusal.value === "ROOM_UNKNOWN") await session.join({ create: game.value });
  };
  for (;;) {
    await open();
    code = session.room.value?.roomId ?? code;
    await untilOut(session);
    if (FINAL.includes(session.refusal.value ?? "")) return;
    await pauseUntilReturn(AGAIN_MS);
  }
}

/** Resolves once the session is in no room. */
function untilOut({ phase }: Session): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      const { kind } = phase.value;
      if (kind === "joining" || isInRoom(phase.value)) return;
      queueMicrotask(() => stop());
      resolve();
    });
  });
}
