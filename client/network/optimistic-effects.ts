import type { Actor } from "roomkeep/shared";
import type { GameRoom } from "./predict.ts";
import { withTimeout } from "./retry.ts";

/** What is shown of an action before the room has done it. */
export interface PredictedEffect {
  /** Takes back what was shown: the room refused, or did not answer. */
  undo(): void;
  /** The room did it. What was shown stays, as long as the game likes. */
  confirm?(): void;
  /**
   * For what will be an actor: true for the new actor that takes the place of what was shown. `confirm` is called
   * when it has come, and so in the frame in which it is drawn for the first time.
   */
  becomes?(actor: Actor, id: string): boolean;
}

/**
 * Sends a message and shows at once what it will do.
 *
 * @param show shows it and says how to take it back
 * @returns true when the room did it
 */
export type PredictEffect = (type: string, payload: unknown, show: () => PredictedEffect) => Promise<boolean>;

/** Longest wait for the room's answer, and then for the actor that was predicted, ms. */
const TIMEOUT_MS = 5_000;

/** An effect whose actor has not come. */
interface AwaitedActor {
  readonly becomes: NonNullable<PredictedEffect["becomes"]>;
  came(): void;
}

/**
 * Predicted effects of one room. Each message is answered by the room, so that of two that are under way it is always
 * the refused one that is taken back. Without a connection nothing is shown for long: the message is not kept for later.
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
export function predictEffects(
  room: Pick<GameRoom, "request" | "onStateChange" | "state">,
  waitMs = TIMEOUT_MS,
): PredictEffect {
  const awaited: AwaitedActor[] = [];
  const known = new Set<string>();

  /** Gives each new actor to the first effect that it belongs to. */
  const look = () => {
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
    room.onStateChange.remove(look);
    known.clear();
  };
  /** Waits for the actor from now on: it may come with the answer. */
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
      room.onStateChange(look);
    }
    awaited.push(one);
    return {
      within: (ms: number) =>
        withTimeout(ms, arrived).then(
          () => true,
          () => false,
        ),
      giveUp: () => forget(one),
    };
  };

  return async (type, payload, show) => {
    const effect = show();
    const arrival = effect.becomes && arrivalOf((actor, id) => effect.becomes?.(actor, id) ?? false);
    const answered = await room
      .request(type as never, payload as never, { timeout: waitMs })
      .then((answer) => (answer as { ok?: boolean } | undefined)?.ok !== false)
      // A lost connection or a late answer: what is true comes with the state.
      .catch(() => false);
    const done = answered && (arrival === undefined || (await arrival.within(waitMs)));
    arrival?.giveUp();
    if (done) effect.confirm?.();
    else effect.undo();
    return done;
  };
}
