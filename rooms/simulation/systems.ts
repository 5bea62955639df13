import { RoomkeepError } from "../../shared/index.ts";

/**
 * The tick that a system runs in, and the simulated time since its last run. What a room adds is in
 * `RoomContext`.
 */
export interface SystemContext {
  /** Number of the tick, from 1. */
  readonly tick: number;
  /** Seconds of simulated time since this system's last due run: a tick's for every tick, 1 for 1 Hz. */
  readonly dtS: number;
}

/** How often a system runs; at most one is given. Default: every tick. */
export interface SystemRate {
  readonly everyTicks?: number;
  /** Runs a second of simulated time, at most the room's tick rate. */
  readonly hz?: number;
  readonly everyMs?: number;
}

/**
 * A step over the world: what it is called, what it needs, how often it runs. Made by {@link defineSystem}.
 * `M` is what it remembers.
 */
export interface System<W, C extends SystemContext = SystemContext, M = unknown> extends SystemRate {
  /** Unique in the room: others order themselves by it, and the profile shows it. */
  readonly name: string;
  /** Systems that must be in the room; they run before this one. */
  readonly needs?: readonly string[];
  /** Systems that run before this one if they are in the room. */
  readonly after?: readonly string[];
  /**
   * Wraps each run in `world.batch`, so that a run that throws changes nothing. Default false: it costs a
   * little.
   */
  readonly atomic?: boolean;
  /**
   * Makes what the system remembers between its runs: a plain object, JSON only, which is `memory` of the
   * context. Snapshots, zone saves, recordings and hot reloads keep it; a field that an edit adds begins as
   * it is made here.
   */
  readonly memory?: () => M;
  /**
   * Once for each room, when it opens and before the first run: look things up, listen to events. It runs
   * again where a saved world is opened, so that first actors belong into `onBegin`. Until it succeeds the
   * system does not run.
   */
  // Methods, so that systems that remember different things fit one list.
  init?(world: W, context: C & Remembering<M>): void;
  /** One run, every tick or every few. If it throws, the error is counted, and the tick goes on. */
  run(world: W, context: C & Remembering<M>): void;
  /**
   * When the room closes or a room of edited code takes over, the last system first: before the last save.
   */
  shutdown?(world: W, context: C & Remembering<M>): void;
}

/** What a system is given of its own. */
export interface Remembering<M> {
  /** Made by `memory`; write into it. Undefined for a system that has none. */
  readonly memory: M;
}

/**
 * Declares a system. Order in the tick follows from `needs` and `after`; among the rest it is that of the
 * list.
 *
 * @throws SYSTEM_INVALID if the name is empty or the rate makes no sense
 * @example
 * const burn = defineSystem<World>({
 *   name: "burn",
 *   needs: ["weather"],
 *   hz: 1,
 *   run: (world) => world.query({ with: [Health, Burning] }).each((_, health) => { health.hp -= 1; }),
 * });
 */
export function defineSystem<W, C extends SystemContext = SystemContext, M = unknown>(
  system: System<W, C, M>,
): System<W, C, M> {
  const { name, everyTicks, hz, everyMs } = system;
  const rates = [everyTicks, hz, everyMs].filter((rate) => rate !== undefined);
  if (name === "") throw new RoomkeepError("SYSTEM_INVALID", "A system needs a name.");
  if (rates.length > 1) {
    throw new RoomkeepError("SYSTEM_INVALID", `System ${name}: give one of everyTicks, hz and everyMs.`);
  }
  if (rates.some((rate) => !(rate > 0 && Number.isFinite(rate))) || !Number.isInteger(everyTicks ?? 1)) {
    throw new RoomkeepError(
      "SYSTEM_INVALID",
      `System ${name}: its rate must be above 0, and whole for everyTicks.`,
    );
  }
  return system;
}

/** Tick rate, clock and tolerance of a list of systems. */
export interface SystemsOptions {
  /** Ticks a second of the room. */
  readonly tickHz: number;
  /** Failures in a row after which a system is switched off. Default 5. */
  readonly maxFaults?: number;
  /** Receives each failure; `off` is set when it was the last one allowed. */
  readonly onFault?: (fault: SystemFault) => void;
  /** Milliseconds for the profile, from any origin. Default `performance.now`. */
  readonly clock?: () => number;
}

/** A run that threw. */
export interface SystemFault {
  readonly system: string;
  readonly tick: number;
  readonly error: unknown;
  /** Failures in a row, this one included. */
  readonly inARow: number;
  /** The SYSTEM_OFF error if the system is switched off now. */
  readonly off: RoomkeepError | undefined;
}

/** Cost of one system since the profile was last reset. Times are milliseconds. */
export interface SystemProfile {
  readonly name: string;
  readonly runs: number;
  readonly faults: number;
  readonly totalMs: number;
  readonly maxMs: number;
  readonly off: boolean;
}

/** The systems of a room, in order. */
export interface Systems<W, C extends SystemContext = SystemContext> {
  readonly names: readonly string[];
  /**
   * Runs what is due in this tick, in order. A system that throws is reported; the others go on.
   *
   * @param context must name each tick once, growing by one
   */
  run(world: W, context: Omit<C, "dtS">): void;
  /** Starts the systems that have not been, in order. `run` does it by itself for those that are left. */
  init(world: W, context: Omit<C, "dtS">): void;
  /** Ends those that were started, the last first. Nothing runs afterwards until {@link Systems.init}. */
  shutdown(world: W, context: Omit<C, "dtS">): void;
  /** What systems remember, by name; only those that remember something. */
  memories(): Readonly<Record<string, unknown>>;
  /** Takes over what {@link Systems.memories} told, in this room or in one before it. */
  setMemories(kept: Readonly<Record<string, unknown>>): void;
  /** Cost by system, in running order. */
  profile(options?: { readonly reset?: boolean }): readonly SystemProfile[];
  /** Failures in a row by system, of those that have any; a system at `maxFaults` is off. */
  failing(): Readonly<Record<string, number>>;
  /** Takes over the {@link Systems.failing} of a former room. */
  setFailing(failing: Readonly<Record<string, number>>): void;
  /** Switches a system that failed too often on again. False if there is none of this name. */
  revive(name: string): boolean;
}

interface Running<W, C extends SystemContext> {
  readonly system: System<W, C>;
  readonly periodTicks: number;
  memory: unknown;
  started: boolean;
  inARow: number;
  off: boolean;
  runs: number;
  faults: number;
  totalMs: number;
  maxMs: number;
}

type Batched = { batch<T>(run: () => T): T };

/**
 * Puts systems in order and runs them tick by tick.
 *
 * @throws SYSTEM_CYCLE naming the circle, if systems wait for each other
 * @throws SYSTEM_MISSING if one needs another that is not in the list
 * @throws SYSTEM_INVALID if two share a name, or a rate is above the tick rate
 * @example
 * const systems = createSystems([weather, burn], { tickHz: 20, onFault: (fault) => log.error(fault) });
 * systems.run(world, { tick });
 */
export function createSystems<W, C extends SystemContext = SystemContext>(
  list: readonly System<W, C>[],
  options: SystemsOptions,
): Systems<W, C> {
  const { tickHz, maxFaults = 5, onFault = () => {}, clock = () => performance.now() } = options;
  const running = orderSystems(list).map((system) => start(system, tickHz));

  function fault(one: Running<W, C>, tick: number, error: unknown): void {
    one.faults += 1;
    one.inARow += 1;
    one.off = one.inARow >= maxFaults;
    const text = `System ${one.system.name} failed ${one.inARow} times in a row; it is off.`;
    const off = one.off ? new RoomkeepError("SYSTEM_OFF", text, { cause: error }) : undefined;
    onFault({ system: one.system.name, tick, error, inARow: one.inARow, off });
  }

  let closed = false;
  const contextOf = ({ periodTicks, memory }: Running<W, C>, context: Omit<C, "dtS">) =>
    ({ ...context, dtS: periodTicks / tickHz, memory }) as unknown as C & Remembering<unknown>;

  function attempt(one: Running<W, C>, tick: number, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      fault(one, tick, error);
      return false;
    }
  }

  function startOne(one: Running<W, C>, world: W, context: Omit<C, "dtS">): void {
    const own = contextOf(one, context);
    one.started = attempt(one, own.tick, () => one.system.init?.(world, own));
  }

  function runOne(one: Running<W, C>, world: W, context: Omit<C, "dtS">): void {
    const { system } = one;
    const from = clock();
    if (!one.started) startOne(one, world, context);
    if (one.started) {
      const own = contextOf(one, context);
      const run = () => system.run(world, own);
      const { tick } = own;
      if (attempt(one, tick, system.atomic ? () => (world as Batched).batch(run) : run)) one.inARow = 0;
    }
    const tookMs = clock() - from;
    one.runs += 1;
    one.totalMs += tookMs;
    one.maxMs = Math.max(one.maxMs, tookMs);
  }

  return {
    names: running.map(({ system }) => system.name),
    run(world, context) {
      if (closed) return;
      for (const one of running) {
        if (one.off || !isDue(context.tick, one.periodTicks)) continue;
        runOne(one, world, context);
      }
    },
    init(world, context) {
      closed = false;
      for (const one of running) if (!one.started) startOne(one, world, context);
    },
    shutdown(world, context) {
      closed = true;
      for (const one of running.toReversed()) {
        if (!one.started) continue;
        one.started = false;
        const own = contextOf(one, context);
        attempt(one, own.tick, () => one.system.shutdown?.(world, own));
      }
    },
    memories() {
      const remembering = running.filter(({ memory }) => memory !== undefined);
      return Object.fromEntries(remembering.map(({ system, memory }) => [system.name, memory]));
    },
    setMemories(kept) {
      for (const one of running) {
        const made = one.system.memory?.();
        if (made === undefined) continue;
        const former = Object.hasOwn(kept, one.system.name) ? kept[one.system.name] : undefined;
        one.memory = { ...made, ...(former as object | undefined) };
      }
    },
    profile({ reset = false } = {}) {
      const profile = running.map(({ system, runs, faults, totalMs, maxMs, off }) => {
        return { name: system.name, runs, faults, totalMs, maxMs, off };
      });
      if (reset) for (const one of running) Object.assign(one, { runs: 0, faults: 0, totalMs: 0, maxMs: 0 });
      return profile;
    },
    failing() {
      const failing = running.filter(({ inARow }) => inARow > 0);
      return Object.fromEntries(failing.map(({ system, inARow }) => [system.name, inARow]));
    },
    setFailing(failing) {
      for (const one of running) {
        one.inARow = failing[one.system.name] ?? 0;
        one.off = one.inARow >= maxFaults;
      }
    },
    revive(name) {
      const one = running.find(({ system }) => system.name === name);
      if (one !== undefined) Object.assign(one, { off: false, inARow: 0 });
      return one !== undefined;
    },
  };
}

/** True in the ticks in which a period of `periodTicks`, which may be a fraction, ends: exact on average. */
function isDue(tick: number, periodTicks: number): boolean {
  return Math.floor(tick / periodTicks) > Math.floor((tick - 1) / periodTicks);
}

function start<W, C extends SystemContext>(system: System<W, C>, tickHz: number): Running<W, C> {
  const { everyTicks, hz, everyMs } = system;
  const asked =
    hz !== undefined ? tickHz / hz : everyMs !== undefined ? (everyMs * tickHz) / 1000 : (everyTicks ?? 1);
  // 1000 / 60 ms at 60 Hz is meant to be one tick, whatever its last bit is.
  const periodTicks = Math.abs(asked - Math.round(asked)) < 1e-9 ? Math.round(asked) : asked;
  if (periodTicks < 1) {
    throw new RoomkeepError(
      "SYSTEM_INVALID",
      `System ${system.name} asks for more than the ${tickHz} ticks a second.`,
    );
  }
  const memory = system.memory?.();
  const isPlain = typeof memory === "object" && memory !== null && !Array.isArray(memory);
  if (system.memory && !isPlain) {
    throw new RoomkeepError("SYSTEM_INVALID", `System ${system.name}: its memory must be a plain object.`);
  }
  return {
    system,
    periodTicks,
    memory,
    started: false,
    inARow: 0,
    off: false,
    runs: 0,
    faults: 0,
    totalMs: 0,
    maxMs: 0,
  };
}

/**
 * Sorts systems so that each runs after those that it names; otherwise as listed.
 *
 * @throws SYSTEM_CYCLE
 * @throws SYSTEM_MISSING
 * @throws SYSTEM_INVALID if two share a name
 */
export function orderSystems<W, C extends SystemContext>(list: readonly System<W, C>[]): System<W, C>[] {
  const byName = new Map<string, System<W, C>>();
  for (const system of list) {
    if (byName.has(system.name))
      throw new RoomkeepError("SYSTEM_INVALID", `Two systems are named ${system.name}.`);
    byName.set(system.name, system);
  }
  const ordered = new Set<System<W, C>>();
  const path: string[] = [];
  const visit = (system: System<W, C>): void => {
    if (ordered.has(system)) return;
    if (path.includes(system.name)) {
      const circle = [...path.slice(path.indexOf(system.name)), system.name].join(" → ");
      throw new RoomkeepError(
        "SYSTEM_CYCLE",
        `Systems wait for each other: ${circle} (each runs after the next).`,
      );
    }
    path.push(system.name);
    for (const need of system.needs ?? []) {
      const needed = byName.get(need);
      if (needed === undefined) {
        throw new RoomkeepError(
          "SYSTEM_MISSING",
          `System ${system.name} needs ${need}, which the room does not have.`,
        );
      }
      visit(needed);
    }
    for (const name of system.after ?? []) {
      const earlier = byName.get(name);
      if (earlier !== undefined) visit(earlier);
    }
    path.pop();
    ordered.add(system);
  };
  for (const system of list) visit(system);
  return [...ordered];
}
