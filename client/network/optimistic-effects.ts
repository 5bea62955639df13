import type { Actor } from "../../shared/index.ts";
import { endsWithin } from "../../shared/internal.ts";
import type { AnyState, JoinedRoom } from "../room/joined-room.ts";

/** The effect of an action, shown before the room has confirmed it. */
export interface PredictedEffect {
  /** Removes it: the room refused the action, or did not answer. */
  undo(): void;
  /** The room has done it. The game decides how long the effect stays. */
  confirm?(): void;
  /**
   * For an effect that becomes an actor: true for the new actor that replaces it. `confirm` is called when
   * that actor has come, in the frame in which it is drawn for the first time.
   */
  becomes?(actor: Actor, id: string): boolean;
}

/**
 * Sends a message and shows its effect at once.
 *
 * @param show shows the effect and returns how to remove it
 * @returns true when the room did it
 */
export type PredictEffect = (type: string, payload: unknown, show: () => PredictedEffect) => Promise<boolean>;

/** Longest wait for the room's answer, and then for the predicted actor, ms. */
const TIMEOUT_MS = 5_000;

/** An effect whose actor has not come yet. */
interface AwaitedActor {
  readonly becomes: NonNullable<PredictedEffect["becomes"]>;
  came(): void;
}

/**
 * Predicted effects of one room. The room answers each message, so that a refusal always removes its own
 * effect. Without a connection an effect is removed after a moment: the message is not sent later.
 *
 * @example
 * const predict = predictEffects(room);
 * await predict("item.drop", { id, qty: 1, request: crypto.randomUUID() }, () => {
 *   const bag = showBag(me());
 *   return {
 *     undo: () => bag.remove(),
 *     becomes: (actor) => actor.kind === "drop",
 *     confirm: () => bag.remove(), // the true bag lies there now
 *   };
 * });
 */
export function predictEffects<S extends AnyState>(
  room: Pick<JoinedRoom<S>, "request" | "onStateChange" | "state">,
  waitMs = TIMEOUT_MS,
): PredictEffect {
  const awaited: AwaitedActor[] = [];
  const known = new Set<string>();

  /** Matches each new actor with the first effect that becomes it. */
  const matchActors = () => {
    room.state?.actors?.forEach((actor, id) => {
      if (known.has(id)) return;
      known.add(id);
      awaited.find(({ becomes }) => becomes(actor, id))?.came();
    });
  };
  const forget = (one: AwaitedActor) => {
    const at = awaited.indexOf(one);
    if (at >= 0) awaited.splice(at, 1);
    if (awaited.length > 0) return;
    room.onStateChange.remove(matchActors);
    known.clear();
  };
  /** Waits for the actor from now on: it can come with the answer. */
  const arrivalOf = (becomes: AwaitedActor["becomes"]) => {
    let came = () => {};
    const arrived = new Promise<void>((resolve) => {
      came = resolve;
    });
    const one: AwaitedActor = {
      becomes,
      came() {
        forget(one);
        came();
      },
    };
    if (awaited.length === 0) {
      room.state?.actors?.forEach((_, id) => void known.add(id));
      room.onStateChange(matchActors);
    }
    awaited.push(one);
    return {
      within: (ms: number) => endsWithin(ms, arrived),
      giveUp: () => forget(one),
    };
  };

  return async (type, payload, show) => {
    const effect = show();
    const arrival = effect.becomes && arrivalOf((actor, id) => effect.becomes?.(actor, id) ?? false);
    const accepted = await room
      .request(type as never, payload as never, { timeout: waitMs })
      .then((answer) => (answer as { ok?: boolean } | undefined)?.ok !== false)
      // The connection is lost, or the answer too late: the state shows what has happened.
      .catch(() => false);
    const done = accepted && (arrival === undefined || (await arrival.within(waitMs)));
    arrival?.giveUp();
    if (done) effect.confirm?.();
    else effect.undo();
    return done;
  };
}
