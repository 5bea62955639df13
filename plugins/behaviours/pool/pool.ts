import type { Log } from "roomkeep/rooms";
import type { Intent } from "../api/intent.ts";
import type { Heard } from "../api/view.ts";
import { faultOf, type ScriptFault } from "../sandbox/fault.ts";
import type { ScriptLimits } from "../sandbox/limits.ts";
import type { ActorTable } from "../sandbox/scene.ts";
import type { Call, Replies } from "./protocol.ts";
import { type Lost, WorkerThread } from "./worker-thread.ts";

/** Faults after which a script sleeps. */
export const FAULTS_MOST = 3;
/** So many decisions in a row without a fault, and the faults before them are forgotten. */
const FORGIVEN_AFTER = 100;
/** Calls of all rooms that may wait for one worker; agents whose worker is behind miss a turn. */
const WAITING_MOST = 4;

/** An agent that is to decide: an actor and its script. */
export interface Agent {
  readonly id: string;
  /** Its row in the table. */
  readonly row: number;
  readonly source: string;
  /** As its last decision left it, JSON. */
  readonly memory: string;
  readonly self: Readonly<Record<string, unknown>>;
  readonly heard: readonly Heard[];
}

/** The agents of a room that decide at one tick, and what they may see. */
export interface Turn {
  readonly room: string;
  readonly tick: number;
  readonly timeS: number;
  readonly seed: number;
  readonly senseM: number;
  readonly table: ActorTable;
  readonly poses: Float32Array;
  readonly agents: readonly Agent[];
}

/** What an agent decided, or why it did not. */
export interface Outcome {
  readonly id: string;
  readonly intents?: readonly Intent[];
  readonly memory?: string;
  readonly fault?: ScriptFault;
  /** Set with its last fault: the script sleeps, and is asked no more. */
  readonly sleeps?: true;
}

/** Counts of a pool since it was opened. */
export interface PoolCounts {
  decisions: number;
  /** Turns that were missed, since a worker was behind or ended. */
  missed: number;
  asleep: number;
  /** Workers that were ended since a script hung, and that ended by themselves. */
  stalled: number;
  exited: number;
  recycled: number;
  /** Milliseconds that workers ran scripts. */
  busyMs: number;
  readonly faults: Record<string, number>;
}

/** Workers and limits of a pool. */
export interface PoolOptions {
  readonly workers: number;
  readonly limits: ScriptLimits;
  /** Memory that the scripts of one worker have together, MB. */
  readonly moduleMb: number;
  /** Longest that a script may not come back, ms. */
  readonly stallMs: number;
  readonly log: Log;
}

/** The workers of a process, and the scripts in them. */
export interface Pool {
  readonly counts: PoolCounts;
  /** Scripts that are known. */
  readonly size: number;
  /** Bytes of the workers' modules together, as last told. */
  readonly bytes: number;
  /** Lets agents decide. Never rejects: those that miss their turn are left out. */
  decide(turn: Turn): Promise<Outcome[]>;
  /** Forgets a script of a room, such as of an actor that has gone. */
  forget(room: string, id: string): void;
  /** Forgets all scripts of a room. */
  forgetRoom(room: string): void;
  /** Starts the workers now, rather than at the first turn. */
  warm(): void;
  /** Ends a worker, as a drill does. */
  kill(index: number): Promise<void>;
  close(): Promise<void>;
}

/** A script as its process knows it. */
interface Known {
  readonly lane: Lane;
  source: string;
  memory: string;
  /** Whether its worker has it. */
  isLoaded: boolean;
  faults: number;
  good: number;
}

/** One worker with what it was told. */
interface Lane {
  readonly thread: WorkerThread;
  agents: number;
  bytes: number;
  recycled: number;
  /** By room: the table of actors that the worker has, by its version. */
  readonly tables: Map<string, number>;
  /** Scripts that it can forget: it is told with the next call. */
  gone: [room: string, id: string][];
}

/** Opens a pool. Its workers start when they are needed. */
export function openPool(options: PoolOptions): Pool {
  const { log, stallMs, limits, moduleMb } = options;
  const rooms = new Map<string, Map<string, Known>>();
  const counts: PoolCounts = {
    ...{ decisions: 0, missed: 0, asleep: 0, stalled: 0, exited: 0, recycled: 0, busyMs: 0 },
    faults: {},
  };
  let calls = 0;
  let isClosed = false;
  const lanes: Lane[] = Array.from({ length: options.workers }, () => openLane());

  function openLane(): Lane {
    const lane: Lane = {
      thread: new WorkerThread({
        setup: { limits, moduleMb },
        stallMs,
        ended: (reason, error) => onEnd(lane, reason, error),
      }),
      ...{ agents: 0, bytes: 0, recycled: 0 },
      tables: new Map(),
      gone: [],
    };
    return lane;
  }

  /** The next worker gets each script anew, with its last memory. */
  function onEnd(lane: Lane, reason: "stalled" | "exited", error: unknown): void {
    lane.tables.clear();
    Object.assign(lane, { bytes: 0, recycled: 0, gone: [] });
    for (const known of rooms.values())
      for (const one of known.values()) if (one.lane === lane) one.isLoaded = false;
    if (isClosed) return;
    counts[reason] += 1;
    log.warn({ reason, ...(error !== undefined && { err: error }) }, "a worker of behaviours ended");
    lane.thread.start();
  }

  function knownOf(room: string, agent: Agent): Known {
    const scripts = rooms.get(room) ?? new Map<string, Known>();
    rooms.set(room, scripts);
    const known = scripts.get(agent.id);
    if (known?.source === agent.source) return known;
    // Another script begins with what the room keeps of the one before.
    const lane = known?.lane ?? freest();
    if (!known) lane.agents += 1;
    const { source, memory } = agent;
    const opened: Known = { lane, source, memory, isLoaded: false, faults: 0, good: 0 };
    scripts.set(agent.id, opened);
    return opened;
  }

  const freest = () => lanes.reduce((least, lane) => (lane.agents < least.agents ? lane : least));

  async function decideOn(lane: Lane, turn: Turn, agents: readonly [Agent, Known][]): Promise<Outcome[]> {
    if (lane.thread.waiting >= WAITING_MOST) {
      counts.missed += agents.length;
      return [];
    }
    const { room, table, tick, timeS, seed, senseM } = turn;
    const { gone } = lane;
    lane.gone = [];
    for (const [emptied] of gone) lane.tables.delete(emptied);
    calls += 1;
    const call: Call = {
      ...{ call: calls, room, tick, timeS, seed, senseM, gone },
      ...(lane.tables.get(room) !== table.version && { table }),
      poses: turn.poses.slice(),
      asks: agents.map(([{ id, row, self, heard }, { isLoaded, source, memory }]) => ({
        ...{ id, row, self, heard },
        ...(!isLoaded && { load: { source, memory } }),
      })),
    };
    lane.tables.set(room, table.version);
    for (const [, known] of agents) known.isLoaded = true;
    const came = await lane.thread.send(call);
    return "replies" in came ? hear(lane, agents, came) : lose(agents, came);
  }

  function hear(lane: Lane, agents: readonly [Agent, Known][], came: Replies): Outcome[] {
    counts.decisions += agents.length;
    counts.busyMs += came.tookMs;
    counts.recycled += came.recycled - lane.recycled;
    Object.assign(lane, { bytes: came.bytes, recycled: came.recycled });
    const byId = new Map(agents.map(([{ id }, known]) => [id, known]));
    const outcomes = came.replies.flatMap(({ id, intents, memory, fault }): Outcome[] => {
      const known = byId.get(id);
      byId.delete(id);
      if (!known) return [];
      if (fault) return [blame(id, known, fault)];
      praise(known);
      if (memory !== undefined) known.memory = memory;
      return [{ id, intents, memory }];
    });
    for (const known of byId.values()) praise(known);
    return outcomes;
  }

  function lose(agents: readonly [Agent, Known][], { culprit }: Lost): Outcome[] {
    const found = agents.find(([{ id }]) => id === culprit);
    counts.missed += agents.length - (found ? 1 : 0);
    if (!found) return [];
    const text = `It did not come back within ${stallMs} ms.`;
    return [blame(found[0].id, found[1], faultOf("STALLED", text))];
  }

  function praise(known: Known): void {
    known.good += 1;
    if (known.good >= FORGIVEN_AFTER) known.faults = 0;
  }

  function blame(id: string, known: Known, fault: ScriptFault): Outcome {
    counts.faults[fault.code] = (counts.faults[fault.code] ?? 0) + 1;
    known.good = 0;
    known.faults += 1;
    if (known.faults < FAULTS_MOST) return { id, fault };
    counts.asleep += 1;
    return { id, fault, sleeps: true };
  }

  function forget(room: string, id: string): void {
    const known = rooms.get(room)?.get(id);
    if (!known) return;
    rooms.get(room)?.delete(id);
    if (rooms.get(room)?.size === 0) rooms.delete(room);
    known.lane.agents -= 1;
    known.lane.gone.push([room, id]);
  }

  return {
    counts,
    get size() {
      return lanes.reduce((sum, { agents }) => sum + agents, 0);
    },
    get bytes() {
      return lanes.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    async decide(turn) {
      const byLane = new Map<Lane, [Agent, Known][]>();
      for (const agent of turn.agents) {
        const known = knownOf(turn.room, agent);
        const list = byLane.get(known.lane);
        if (list) list.push([agent, known]);
        else byLane.set(known.lane, [[agent, known]]);
      }
      const all = await Promise.all([...byLane].map(([lane, agents]) => decideOn(lane, turn, agents)));
      return all.flat();
    },
    forget,
    forgetRoom(room) {
      for (const id of [...(rooms.get(room)?.keys() ?? [])]) forget(room, id);
    },
    warm() {
      for (const { thread } of lanes) thread.start();
    },
    async kill(index) {
      await lanes[index % lanes.length]?.thread.kill();
    },
    async close() {
      isClosed = true;
      await Promise.all(lanes.map(({ thread }) => thread.close()));
    },
  };
}
