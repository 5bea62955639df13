import { placeInQueue } from "../../network/queue-text.ts";
import type { Session } from "../../network/session.ts";
import { destinationOf, queuePlaceOf } from "../../network/session-phase.ts";

/** Darkens the world during a hand-over, and while the player waits in the room's join queue. */
export function TravelOverlay({ session }: { session: Session }) {
  const phase = session.phase.value;
  const text = destinationOf(phase) || placeInQueue(queuePlaceOf(phase));
  return (
    <div class={`veil ${text ? "drawn" : ""}`} aria-hidden={!text} role="status" data-testid="veil">
      {text && <span>{text}</span>}
    </div>
  );
}
