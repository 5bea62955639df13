/** Load and address of a process, sent with each heartbeat. */
export interface Load {
  /** Open rooms, and players in them. */
  readonly rooms: number;
  readonly players: number;
  /** Share of time in which its event loop was busy, 0 to 1. */
  readonly busy: number;
  /** Used share of its memory, 0 to 1. */
  readonly memory: number;
  /** True: it takes no new rooms, because it drains, is short of memory or has its maximum of rooms. */
  readonly closed: boolean;
  /** Machine and port, for operators: machine:port. */
  readonly address: string;
  /** Address for clients; undefined: the one of their request. */
  readonly publicAddress?: string | undefined;
  /** Version of roomkeep. */
  readonly version: string;
  /** Name under which the process holds leases, another one each time it starts. */
  readonly incarnation: string;
  /** The newest sample of its overview, as `server/desk/overview/sample.ts` reads it. */
  readonly sample?: unknown;
}

/** A living process with its latest load. */
export interface Member extends Load {
  readonly processId: string;
}

/**
 * How much a process is heard of. `stalled`: its heartbeats have stopped, and it may go on: new players go
 * elsewhere, and those in its rooms wait. `dead`: its rooms are opened anew by whoever comes.
 */
export type Liveness = "living" | "stalled" | "dead";
