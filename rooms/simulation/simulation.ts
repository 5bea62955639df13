import {
  Avatar,
  createEvents,
  createWorld,
  type Events,
  type GameEvent,
  type Ground,
  type Level,
  layGround,
  openTriggers,
  Prop,
  type Random,
  type Space,
  seeded,
  type Triggers,
  type Walker,
  type World,
  type WorldState,
} from "../../shared/index.ts";
import {
  type BodySave,
  type DispatchedKind,
  observeState,
  openSpace,
  PortalEntered,
  portalVolumes,
  type SchemaClass,
  type StateObservers,
} from "../../shared/internal.ts";
import { type FiniteAvatars, openFiniteAvatars } from "./finite-avatars.ts";
import { openSimulationSnapshot, type SimulationSnapshot } from "./simulation-snapshot.ts";
import { spawnPlaceOf } from "./spawn-place.ts";
import { createSystems, type Remembering, type System, type SystemContext, type Systems } from "./systems.ts";

/** The tick and the room that a system gets beside the world. */
export interface RoomContext<S extends WorldState = WorldState> extends SystemContext {
  /** The state of the room; written inside the tick only. */
  readonly state: S;
  /** Bodies of loose things and of walkers; undefined while nothing is loose. */
  readonly space: Space | undefined;
  /** Heights and solids of the level. */
  readonly ground: Ground;
  /** The level's trigger volumes; updated with the avatars before the systems of the tick. */
  readonly triggers: Triggers;
  /** Events of the world: emit them, or listen. */
  readonly events: Events;
  /** Seeded chance, which a re-run repeats. Never use `Math.random` in a system. */
  readonly random: Random;
  /** Simulated milliseconds since the room's world began. */
  readonly timeMs: number;
}

/**
 * A system of a room: `defineSystem<World, RoomContext<MeadowState>>({ … })` makes one. See {@link System}.
 *
 * @example
 * const wander = defineSystem<World, RoomContext<MeadowState>>({
 *   name: "wander",
 *   hz: 2,
 *   run: (world, { random }) => world.query({ is: Deer }).each((deer) => { deer.yaw = random() * 6; }),
 * });
 */
export interface SystemInRoom<S extends WorldState = WorldState>
  extends Omit<System<World>, "init" | "run" | "shutdown"> {
  // Methods, so that a room with a state of its own still is a room.
  /** Once, when the room opens and before the first run: look things up, listen to events. */
  init?(world: World, context: RoomContext<S> & Remembering<unknown>): void;
  /** One run. If it throws, the error is counted among the room's faults, and the tick goes on. */
  run(world: World, context: RoomContext<S> & Remembering<unknown>): void;
  /** Once, when the room closes; what it writes is in the last save. */
  shutdown?(world: World, context: RoomContext<S> & Remembering<unknown>): void;
}

/** State, level, systems and rates of a simulation, and where its events and faults go. */
export interface SimulationOptions<S extends WorldState> {
  readonly state: S;
  readonly level: Level;
  readonly systems?: readonly SystemInRoom<S>[];
  /** Steps a second. */
  readonly tickHz: number;
  /** Seed of all chance in the room: any 32-bit integer. */
  readonly seed: number;
  /** The room's rules, run after the systems and before the world settles. */
  readonly rules?: (dtS: number) => void;
  /** Receives each error and its place; the step goes on. */
  readonly fault: (where: string, error: unknown) => void;
  /** Sends an event on to clients. */
  readonly deliver?: (event: GameEvent, kind: DispatchedKind) => void;
  /** Passes an event marked `keep` to the database. */
  readonly keep?: (event: GameEvent) => void;
  /** Actor classes that a snapshot may hold. Default: all that the state may have. */
  readonly actorClasses?: readonly SchemaClass[];
}

/** The simulation of a room, without a network. Made by {@link openSimulation}. */
export interface Simulation<S extends WorldState = WorldState> extends SimulationSnapshot {
  /** The state of the room; written inside the tick only. */
  readonly state: S;
  /** Geometry of the room. */
  readonly level: Level;
  /** Heights and solids of the level. */
  readonly ground: Ground;
  /** The actors: spawn, despawn, query, observe. */
  readonly world: World;
  /** The room's systems in the order in which they run. */
  readonly systems: Systems<World, RoomContext<S>>;
  /**
   * Observers of the state's own fields and collections, told as the world settles; of `actors` by name only.
   */
  readonly observers: StateObservers;
  /** Events of the world: emit them, or listen. */
  readonly events: Events;
  /** The level's trigger volumes and portals. */
  readonly triggers: Triggers;
  /** Seeded chance, which a re-run repeats. */
  readonly random: Random;
  /** What the chance began with. */
  readonly seed: number;
  /** Steps a second. */
  readonly tickHz: number;
  /** Number of the last step. */
  readonly tick: number;
  /** Simulated milliseconds since the world began: the tick times its length. */
  readonly timeMs: number;
  /** Undefined as long as nothing was ever loose: bodies of walkers alone would push nothing. */
  readonly space: Space | undefined;
  /** Keeps the avatars' numbers finite. The step looks at all of them as it begins and as it ends. */
  readonly finite: FiniteAvatars;
  /** Gives a walker a body that pushes loose things. */
  addWalker(id: string, walker: Walker): void;
  /** Removes a walker's body. Does nothing if there is none. */
  removeWalker(id: string): void;
  /**
   * One fixed step: physics, systems, rules, settling of the world, events. Inputs are applied before it.
   *
   * @param lap called after the physics
   */
  step(lap?: () => void): void;
  /** Starts the systems: once the game has opened, and in a re-run at the same point. */
  begin(): void;
  /**
   * Ends the systems: the room closes. What they write last is in the last save. A second call does nothing.
   */
  end(): void;
}

/**
 * Opens the simulation of a room. The level's loose things are placed, unless the state has actors already.
 * Every {@link Prop} of the world has a body: spawn and despawn them through the world.
 *
 * @throws SYSTEM_CYCLE, SYSTEM_MISSING, SYSTEM_INVALID
 * @example
 * const fault = console.error;
 * const simulation = openSimulation({ state, level, systems: [wander], tickHz: 20, seed: 7, fault });
 * simulation.world.spawn(new Deer({ x: 3 }));
 * simulation.step();
 */
export function openSimulation<S extends WorldState>(options: SimulationOptions<S>): Simulation<S> {
  const { state, level, tickHz, seed, fault, rules = () => {} } = options;
  const ground = layGround(level);
  const world = createWorld(state.actors, { also: [state] });
  const observers = observeState(state, ["actors"]);
  const random = seeded(seed);
  const walkers = new Map<string, Walker>();
  const props = world.query({ is: Prop });
  const avatars = world.query({ is: Avatar });
  const triggers = openTriggers([...level.triggers, ...portalVolumes(level)]);
  const dtS = 1 / tickHz;
  const home = () => spawnPlaceOf(level, 0);
  const finite = openFiniteAvatars(home, fault);
  let space: Space | undefined;
  let tick = 0;
  const timeMs = () => (tick * 1000) / tickHz;

  const attempt = (where: string, run: () => void): void => {
    try {
      run();
    } catch (error) {
      fault(where, error);
    }
  };
  const events = createEvents({
    now: timeMs,
    deliver: options.deliver,
    keep: options.keep,
    onFault: (error, event) => fault(`event ${event.name}`, error),
  });
  const systems = createSystems<World, RoomContext<S>>(options.systems ?? [], {
    tickHz,
    onFault: ({ system, error, off }) => fault(`system ${system}`, off ?? error),
  });

  function bodies(): Space {
    if (space) return space;
    space = openSpace(level);
    for (const [id, walker] of walkers) space.addWalker(id, walker);
    return space;
  }

  /** Matches the bodies with the world: a spawned prop gets one, a despawned one loses it. */
  function matchBodies(): void {
    if (props.size === 0 && space === undefined) return;
    const { loose, addLoose, removeLoose } = bodies();
    for (const id of loose.keys()) if (loose.get(id)?.actor !== world.get(id)) removeLoose(id);
    if (loose.size === props.size) return;
    for (const prop of props) {
      const id = world.idOf(prop);
      if (id !== undefined && !loose.has(id)) addLoose(id, prop);
    }
  }

  const contextNow = () => ({
    tick,
    state,
    space,
    ground,
    triggers,
    events,
    random,
    timeMs: timeMs(),
  });
  const hasVolumes = level.triggers.length + level.portals.length > 0;
  for (const [i, { to, spawn }] of level.portals.entries()) {
    triggers.on(`portal:${i}`, {
      enter: (actor) => void events.emit(PortalEntered, { to, spawn }, { actor }),
    });
  }
  function* visitors(): Iterable<[string, Avatar]> {
    for (const avatar of avatars) {
      const id = world.idOf(avatar);
      if (id !== undefined) yield [id, avatar];
    }
  }

  /** For a restored world, whose bodies come in the order that they had. */
  function addBody(id: string, role: BodySave["role"]): void {
    const actor = world.get(id);
    const there = space ?? openSpace(level);
    space = there;
    if (role === "loose" && actor instanceof Prop) there.addLoose(id, actor);
    if (role !== "walker" || !(actor instanceof Avatar)) return;
    walkers.set(id, actor);
    there.addWalker(id, actor);
  }

  if (state.actors.size === 0) placeLoose(world, level);
  matchBodies();

  const simulation: Simulation<S> = {
    state,
    level,
    ground,
    world,
    systems,
    observers,
    events,
    triggers,
    random,
    seed,
    tickHz,
    get tick() {
      return tick;
    },
    get timeMs() {
      return timeMs();
    },
    get space() {
      return space;
    },
    finite,
    addWalker(id, walker) {
      walkers.set(id, walker);
      space?.addWalker(id, walker);
    },
    removeWalker(id) {
      walkers.delete(id);
      space?.removeWalker(id);
    },
    ...openSimulationSnapshot({
      state,
      world,
      systems,
      random,
      triggers,
      events,
      classes: options.actorClasses,
      clock: {
        get: () => tick,
        set: (kept) => {
          tick = kept;
        },
      },
      home,
      space: () => space,
      rebuild(saved) {
        for (const id of [...(space?.loose.keys() ?? [])]) space?.removeLoose(id);
        for (const id of [...(space?.walkers.keys() ?? [])]) space?.removeWalker(id);
        for (const { id, role } of saved) addBody(id, role);
        matchBodies();
        for (const [id, walker] of walkers) if (space && !space.walkers.has(id)) space.addWalker(id, walker);
      },
    }),
    begin: () => systems.init(world, contextNow()),
    end: () => systems.shutdown(world, contextNow()),
    step(lap) {
      tick += 1;
      attempt("physics", () => {
        if (world.size !== state.actors.size) world.adopt();
        for (const avatar of avatars) finite.checkWritten(avatar, "messages");
        matchBodies();
        space?.step(dtS);
      });
      lap?.();
      if (hasVolumes) attempt("triggers", () => triggers.update(visitors()));
      attempt("systems", () => systems.run(world, contextNow()));
      attempt("onTick", () => rules(dtS));
      attempt("settle", () => world.settle((error) => fault("settle", error)));
      observers.settle((error) => fault("settle", error));
      attempt("events", () => void events.dispatch());
      // Before a patch is taken: what systems, rules and events wrote goes no further.
      for (const avatar of avatars) finite.check(avatar, "tick");
    },
  };
  return simulation;
}

function placeLoose(world: World, level: Level): void {
  for (const [index, { kind, at, size }] of level.loose.entries()) {
    const [x, y, z] = at;
    world.spawn(Object.assign(new Prop(), { kind, x, y, z, size }), `loose-${index}`);
  }
}
