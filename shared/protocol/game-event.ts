/** An event as the room keeps and sends it. */
export interface GameEvent<P = unknown> {
  /** Grows by one with each event of the room. */
  readonly seq: number;
  readonly name: string;
  /** The room's time in ms when it was emitted. */
  readonly atMs: number;
  /** Id of the actor that it is about. */
  readonly actor: string | undefined;
  readonly x: number | undefined;
  readonly z: number | undefined;
  readonly payload: P;
}
