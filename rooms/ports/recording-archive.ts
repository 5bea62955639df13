/** Why the last seconds of a room are written down. */
export interface KeepReason {
  /** For people: 1 to 500 characters. */
  readonly reason: string;
  /** Name of the operator, or what asked by itself, such as "report". */
  readonly by: string;
  /** What it belongs to, such as `report:…`; lists are found by it. */
  readonly about?: string | undefined;
}

/** The last seconds of a room, to be written down. */
export interface KeptRecording extends KeepReason {
  readonly roomId: string;
  readonly game: string;
  readonly fromTick: number;
  readonly toTick: number;
  readonly from: Date;
  readonly to: Date;
  /** Accounts whose players were in the room meanwhile. */
  readonly accounts: readonly string[];
  /** The lines of a recording, as gzip. */
  readonly gzip: Uint8Array;
}

/** Keeps the last seconds of rooms, and writes them down when somebody asks. */
export interface KeptRecordingPort {
  /** Seconds that each room with a world has in memory; 0: none has any. */
  readonly seconds: number;
  /** Most bytes of memory that one room takes for them. */
  readonly maxBytes: number;
  /**
   * Writes down what a room has kept.
   *
   * @returns its id
   * @throws DATABASE_UNAVAILABLE
   */
  write(recording: KeptRecording): Promise<string>;
  /**
   * Has a room, in whichever process, write down its last seconds. Never throws, and answers within seconds.
   *
   * @returns the id of the recording; undefined: there is none, and the log says why
   */
  keepFor(of: { readonly roomId: string }, why: KeepReason): Promise<string | undefined>;
}
