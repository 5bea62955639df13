/** What a process says of itself with each heartbeat. */
export interface Load {
  /** Open rooms, and players in them. */
  readonly rooms: number;
  readonly players: number;
  /** Part of the time in which its event loop was busy, 0 to 1. */
  readonly busy: number;
  /** Part of the memory that it may use, 0 to 1. */
  readonly memory: number;
  /** True: no new rooms here, because it is about to end, short of memory or has as many rooms as it may. */
  readonly closed: boolean;
  /** Where it runs, for people: machine:port. */
  readonly address: string;
  /** Under which clients reach it, if not by the address that they came by. */
  readonly publicAddress?: string | undefined;
  /** Version of roomkeep. */
  readonly version: string;
  /** Name under which the process holds leases, another one each time it starts. */
  readonly incarnation: string;
}

/** A living process, as it was last heard of. */
export interface Member extends Load {
  readonly processId: string;
}
