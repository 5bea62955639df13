import type { z } from "zod";
import { RoomkeepError } from "../errors.ts";
import { type HistorySave, openHistory, readEvent } from "./event-history.ts";
import type { GameEvent } from "./game-event.ts";

export type { GameEvent };

/** Which clients receive an event, beside the server's own subscribers. */
export type EventAudience = "server" | "owner" | "nearby" | "all";

/**
 * A kind of event, made by {@link defineEvent}. Rooms emit it, rooms and views listen to it; its payload is
 * typed.
 */
export interface EventKind<S extends z.ZodType = z.ZodType> {
  /** Unique among the kinds of a game: the key of listeners, recordings and the event log. */
  readonly name: string;
  /** Schema of the payload; fields that it does not name are dropped. */
  readonly schema: S;
  /** Higher ones are dispatched first. Default 0. */
  readonly priority: number;
  /** "server" keeps it in the process; "owner" is the player of the event's actor. Default "server". */
  readonly to: EventAudience;
  /** True: it is stored in the database. Default false. */
  readonly keep: boolean;
  /** Metres around the event for "nearby". Default 50. */
  readonly radiusM: number;
}

/**
 * Declares a kind of event once, for both sides: the schema of its payload, and whom it is sent to: `all`,
 * `nearby`, its `owner`, or nobody (`server`).
 *
 * @throws EVENT_INVALID if the name is empty or the radius is not above 0
 * @example
 * const Picked = defineEvent({ name: "picked", schema: z.object({ herb: z.string() }), to: "nearby" });
 */
export function defineEvent<S extends z.ZodType>(
  options: Pick<EventKind<S>, "name" | "schema"> & Partial<EventKind<S>>,
): EventKind<S> {
  const kind = { priority: 0, to: "server", keep: false, radiusM: 50, ...options } as const;
  if (kind.name === "" || !(kind.radiusM > 0) || !Number.isFinite(kind.priority)) {
    throw new RoomkeepError(
      "EVENT_INVALID",
      `Event "${kind.name}": a name, a finite priority and a radius above 0.`,
    );
  }
  return kind;
}

/** The actor that an event is about, and its place. */
export interface EventPlace {
  /** Id of the actor: needed for "owner". */
  readonly actor?: string;
  /** Metres: needed for "nearby". */
  readonly x?: number;
  readonly z?: number;
}

/** Clock and receivers of a room's events, and how many the room remembers. */
export interface EventsOptions {
  /** The room's time in ms: simulated, so that a replay has the same. */
  readonly now: () => number;
  /** Sends an event on to clients; called for every audience but "server". */
  readonly deliver?: (event: GameEvent, kind: DispatchedKind) => void;
  /** Hands an event marked `keep` to the database. */
  readonly keep?: (event: GameEvent) => void;
  /** Receives the error of a subscriber, a delivery or a write to the database; the others go on. */
  readonly onFault?: (error: unknown, event: GameEvent) => void;
  /** Events that the history holds; the oldest go. Default 1,000. */
  readonly capacity?: number;
  /** Most events that wait for a dispatch. Default 10,000. */
  readonly maxQueued?: number;
}

/** Conditions on the events of a history; each one that is given must hold. */
export interface HistoryFilter {
  /** Not older than this time of the room. */
  readonly sinceMs?: number;
  readonly actor?: string;
  readonly name?: string;
}

interface Subscriber {
  readonly priority: number;
  readonly tell: (event: GameEvent) => void;
}

/** A kind as far as a dispatch needs it. */
export type DispatchedKind = Omit<EventKind, "schema">;

/** The events of a room as a snapshot keeps them. */
export interface EventsSave extends HistorySave {
  /** Events that wait for the next dispatch. */
  readonly waiting: readonly { readonly kind: DispatchedKind; readonly event: GameEvent }[];
}

/**
 * The events of one room: `emit` checks and queues one, `on` subscribes, and the room dispatches once a tick.
 */
export interface Events {
  /**
   * Checks an event and queues it for the next dispatch.
   *
   * @throws EVENT_INVALID if the payload does not fit, or the actor or place that its audience needs is
   *   missing
   * @throws QUEUE_FULL
   */
  emit<S extends z.ZodType>(
    kind: EventKind<S>,
    payload: z.input<S>,
    place?: EventPlace,
  ): GameEvent<z.output<S>>;
  /** Calls `tell` for each event of a kind, subscribers of a higher priority first. Returns how to stop. */
  on<S extends z.ZodType>(
    kind: EventKind<S>,
    tell: (event: GameEvent<z.output<S>>) => void,
    options?: { readonly priority?: number },
  ): () => void;
  /**
   * Dispatches all queued events, once a tick: those of a higher priority first, else in their order. Events
   * that are emitted meanwhile wait for the next dispatch. Returns how many were dispatched.
   */
  dispatch(): number;
  /** Events that were emitted, oldest first. */
  history(filter?: HistoryFilter): GameEvent[];
  /**
   * What a snapshot keeps: the history and what waits. Plain objects; a payload is whatever its schema let
   * through.
   *
   * @param past false: without the events of the history, for which the digest stands
   */
  save(past?: boolean): EventsSave;
  /** Goes on from a save; subscribers stay. @throws TypeError if it is damaged */
  load(saved: EventsSave): void;
}

/**
 * Makes the events of a room, without its network: whoever calls dispatches once a tick and delivers. A
 * `WorldRoom` has them as `events`.
 *
 * @example
 * const events = createEvents({ now: () => tick * 50, deliver: (event, kind) => route(event, kind) });
 * events.on(Picked, ({ payload }) => score(payload.herb));
 * events.emit(Picked, { herb: "sage" }, { actor: "mara", x: 3, z: 4 });
 * events.dispatch();
 */
export function createEvents(options: EventsOptions): Events {
  const { now, deliver, keep, onFault, capacity = 1000, maxQueued = 10_000 } = options;
  const subscribers = new Map<string, Subscriber[]>();
  const past = openHistory(capacity);
  let queue: { readonly kind: DispatchedKind; readonly event: GameEvent }[] = [];

  const guarded = (event: GameEvent, run: () => void): void => {
    try {
      run();
    } catch (error) {
      if (onFault === undefined) throw error;
      onFault(error, event);
    }
  };

  const dispatchOne = (kind: DispatchedKind, event: GameEvent): void => {
    for (const { tell } of subscribers.get(kind.name) ?? []) guarded(event, () => tell(event));
    if (kind.keep) guarded(event, () => keep?.(event));
    if (kind.to !== "server") guarded(event, () => deliver?.(event, kind));
  };

  return {
    emit(kind, payload, place = {}) {
      if (queue.length >= maxQueued)
        throw new RoomkeepError("QUEUE_FULL", `Event ${kind.name}: too many wait.`);
      const fitting = checked(kind, payload, place);
      const { actor, x, z } = place;
      const seq = past.seq + 1;
      const event = Object.freeze({ seq, name: kind.name, atMs: now(), actor, x, z, payload: fitting });
      queue.push({ kind, event });
      past.push(event);
      return event;
    },
    on(kind, tell, { priority = 0 } = {}) {
      const subscriber: Subscriber = { priority, tell: tell as Subscriber["tell"] };
      // A new list each time: one that is being walked stays as it was.
      const list = [...(subscribers.get(kind.name) ?? []), subscriber].sort(
        (a, b) => b.priority - a.priority,
      );
      subscribers.set(kind.name, list);
      return () => {
        const rest = (subscribers.get(kind.name) ?? []).filter((one) => one !== subscriber);
        subscribers.set(kind.name, rest);
      };
    },
    dispatch() {
      const due = queue.sort((a, b) => b.kind.priority - a.kind.priority);
      queue = [];
      for (const { kind, event } of due) dispatchOne(kind, event);
      return due.length;
    },
    history({ sinceMs = Number.NEGATIVE_INFINITY, actor, name } = {}) {
      return past.list().filter((event) => {
        if (event.atMs < sinceMs || (actor !== undefined && event.actor !== actor)) return false;
        return name === undefined || event.name === name;
      });
    },
    save(withPast = true) {
      const waiting = queue.map(({ kind: { name, priority, to, keep, radiusM }, event }) => {
        return { kind: { name, priority, to, keep, radiusM }, event };
      });
      return { seq: past.seq, digest: past.digest, past: withPast ? past.list() : [], waiting };
    },
    load(saved) {
      const waiting = saved.waiting.map(({ kind, event }) => ({
        kind: { ...kind },
        event: readEvent(event),
      }));
      past.load(saved);
      queue = waiting;
    },
  };
}

/** The payload as its schema wants it. */
function checked<S extends z.ZodType>(
  kind: EventKind<S>,
  payload: z.input<S>,
  place: EventPlace,
): z.output<S> {
  const result = kind.schema.safeParse(payload);
  if (!result.success) {
    const issue = result.error.issues[0];
    const at = issue?.path.length ? ` at ${issue.path.join(".")}` : "";
    throw new RoomkeepError("EVENT_INVALID", `Event ${kind.name}${at}: ${issue?.message ?? "bad payload"}.`);
  }
  if (kind.to === "owner" && place.actor === undefined) {
    throw new RoomkeepError("EVENT_INVALID", `Event ${kind.name} goes to its actor's owner: name the actor.`);
  }
  if (kind.to === "nearby" && !(Number.isFinite(place.x) && Number.isFinite(place.z))) {
    throw new RoomkeepError("EVENT_INVALID", `Event ${kind.name} goes to those nearby: give x and z.`);
  }
  return result.data;
}
