/** An event as the room keeps and sends it. */
export interface GameEvent<P = unknown> {
  /** Grows by one with each event of the room. */
  readonly seq: number;
  /** Kind of the event, as `defineEvent` named it. */
  readonly name: string;
  /** The room's time in ms when it was emitted. */
  readonly atMs: number;
  /** Id of the actor that it is about. */
  readonly actor: string | undefined;
  /** Place in the ground plane, metres; undefined: it happened nowhere in particular. */
  readonly x: number | undefined;
  /** Other coordinate of the place, metres. */
  readonly z: number | undefined;
  /** What its kind's schema let through. */
  readonly payload: P;
}
