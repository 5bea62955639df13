import {
  type ApplyAnswer,
  type Ask,
  defineSystem,
  type PluginOf,
  type RoomContext,
  type System,
} from "roomkeep/rooms";
import {
  type Actor,
  Avatar,
  type Events,
  type Ground,
  type WalkInput,
  type World,
  walk,
} from "roomkeep/shared";
import type { Intent } from "../api/intent.ts";
import type { Behaviours } from "../behaviours.ts";
import type { Outcome, Turn } from "../pool/pool.ts";
import type { ScriptFault } from "../sandbox/fault.ts";
import { type ActsHost, type AnyComponent, act } from "./acts.ts";
import type { Agent, AgentsMemory, BehaviourRights } from "./agent.ts";
import { BehaviourEmitted, BehaviourSaid } from "./events.ts";
import { Hearing } from "./hearing.ts";
import { Stage } from "./stage.ts";
import { frameTo } from "./way.ts";

/** Name of the system, of its answers in recordings, and of the plugin. */
const NAME = "behaviours";
/** The plugin as rooms find it; they may be without. */
const PLUGIN: PluginOf<Behaviours> = { name: NAME };
/** Decisions a second, and how far a script sees and is heard, metres, where the game says nothing. */
const DECISIONS_HZ = 4;
const SENSE_M = 30;
const SLOW_MPS = 0.05;

/** A room with a world, as its agents use it. */
export interface AgentsRoom {
  readonly roomId: string;
  readonly world: World;
  readonly tickHz: number;
  readonly seed: number;
  readonly events: Events;
  readonly simulation: { readonly tick: number; readonly timeMs: number; readonly ground: Ground };
  findPlugin<Api>(plugin: PluginOf<Api>): Api | undefined;
  system<M>(system: { readonly name: string }): M;
}

/** How a room's actors behave. All but the room, its answers and the scripts may be left out. */
export interface AgentsOptions {
  readonly room: AgentsRoom;
  /** The room's own `onAnswer`: decisions come in by it, and are in recordings. */
  readonly answers: <About, T>(name: string, apply: ApplyAnswer<About, T>) => Ask<About, T>;
  /** Sources by name. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Components that behaviours may set, by the name that scripts use. */
  readonly components?: Readonly<Record<string, AnyComponent>>;
  /** Decisions a second of each agent, at most the room's ticks. Default 4. */
  readonly decisionsHz?: number;
  /** No script sees farther, metres. Default 30. */
  readonly senseM?: number;
  /** Whether scripts see an actor. Default: all. */
  readonly isSeen?: (actor: Actor, id: string) => boolean;
  /** What a script knows of its own actor beside the pose; small, JSON only. */
  readonly selfOf?: (actor: Actor, id: string) => Readonly<Record<string, unknown>>;
  /** Moves an actor by one input frame. Default: avatars walk as players do, and others stand. */
  readonly step?: (actor: Actor, input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">, dtS: number) => void;
  /** Changes a line before all hear it, such as by a word filter. */
  readonly filter?: (text: string) => string;
  /** A script failed, and sleeps if it was once too often. It is called in the tick, in a re-run too. */
  readonly onFault?: (id: string, fault: ScriptFault, sleeps: boolean) => void;
}

/** The agents of a room. Made by {@link openAgents}. */
export interface Agents {
  /** For the room's `systems`. */
  readonly system: System<World, RoomContext, AgentsMemory>;
  /**
   * Gives an actor a behaviour; one that it had before ends.
   *
   * @throws TypeError the room has no such script
   */
  attach(id: string, script: string, may: BehaviourRights): void;
  /** Takes an actor's behaviour away. */
  detach(id: string): void;
  /** Tells an agent an event of the game, whatever its rights. */
  tell(id: string, event: string, payload: unknown, from?: string): void;
  /** Wakes a script that sleeps since it failed too often. */
  wake(id: string): void;
  /** An actor's agent; undefined: it has no behaviour. */
  of(id: string): Readonly<Agent> | undefined;
}

type Decided = { readonly ok: true; readonly outcomes: readonly Outcome[] };

/**
 * Opens the agents of a room: actors whose scripts decide in the workers of the plugin. What they decide is
 * applied at the start of a later tick by the rules for a player's messages, and is in recordings like one.
 *
 * @example
 * private readonly agents = openAgents({
 *   room: this,
 *   answers: (name, apply) => this.onAnswer(name, apply),
 *   scripts: { greeter: "on('decide', () => { if (near(4, 'avatar').length > 0) say('Hello!'); });" },
 * });
 * override systems = [this.agents.system];
 * // in onBegin: this.agents.attach("smith", "greeter", { say: true });
 */
export function openAgents(options: AgentsOptions): Agents {
  return new RoomAgents(options);
}

class RoomAgents implements Agents {
  readonly system: Agents["system"];
  readonly #options: AgentsOptions;
  readonly #hearing = new Hearing();
  readonly #components: ReadonlyMap<string, AnyComponent>;
  readonly #ask: Ask<{ tick: number }, Decided>;
  #stage: Stage | undefined;

  constructor(options: AgentsOptions) {
    this.#options = options;
    this.#components = new Map(Object.entries(options.components ?? {}));
    this.#ask = options.answers<{ tick: number }, Decided>(NAME, (decided) => {
      if (decided.ok) for (const outcome of decided.outcomes) this.#apply(outcome);
    });
    this.system = defineSystem<World, RoomContext, AgentsMemory>({
      name: NAME,
      memory: () => ({ agents: {} }),
      run: (world, context) => this.#run(world, context),
      shutdown: () => this.#behaviours?.pool.forgetRoom(this.#options.room.roomId),
    });
  }

  attach(id: string, script: string, may: BehaviourRights): void {
    if (!Object.hasOwn(this.#options.scripts, script))
      throw new TypeError(`The room has no script "${script}".`);
    const { room, decisionsHz = DECISIONS_HZ } = this.#options;
    const { tick } = room.simulation;
    const everyTicks = Math.max(1, Math.round(room.tickHz / decisionsHz));
    const bucket = () => ({ tokens: 1, tick });
    this.detach(id);
    this.#agents[id] = {
      ...{ script, may, everyTicks, phase: hashOf(id) % everyTicks, memory: "{}", waitUntilTick: 0 },
      ...{ goal: null, lines: bucket(), events: bucket(), fault: null, asleep: false },
    };
  }

  detach(id: string): void {
    delete this.#agents[id];
    this.#hearing.take(id);
    this.#behaviours?.pool.forget(this.#options.room.roomId, id);
  }

  tell(id: string, event: string, payload: unknown, from?: string): void {
    if (this.of(id)) this.#hearing.tell(id, event, payload, from ?? null);
  }

  wake(id: string): void {
    const agent = this.#agents[id];
    if (agent) agent.asleep = false;
    // With the faults that it had.
    this.#behaviours?.pool.forget(this.#options.room.roomId, id);
  }

  of(id: string): Readonly<Agent> | undefined {
    return Object.hasOwn(this.#agents, id) ? this.#agents[id] : undefined;
  }

  get #agents(): Record<string, Agent> {
    return this.#options.room.system<AgentsMemory>({ name: NAME }).agents;
  }

  get #behaviours(): Behaviours | undefined {
    return this.#options.room.findPlugin(PLUGIN);
  }

  #run(world: World, { memory, tick, dtS, ground }: RoomContext & { memory: AgentsMemory }): void {
    const due: [string, Agent][] = [];
    for (const [id, agent] of Object.entries(memory.agents)) {
      const actor = world.get(id);
      if (!actor) {
        this.detach(id);
        continue;
      }
      this.#goOn(id, actor, agent, { tick, dtS, ground });
      if (this.#isDue(id, agent, tick)) due.push([id, agent]);
    }
    if (due.length === 0) return;
    void this.#ask({ tick }, async () => ({ ok: true, outcomes: await this.#decide(due) }));
  }

  #isDue(id: string, { asleep, waitUntilTick, everyTicks, phase }: Agent, tick: number): boolean {
    return !asleep && tick % everyTicks === phase && (tick >= waitUntilTick || this.#hearing.has(id));
  }

  #goOn(id: string, actor: Actor, agent: Agent, at: { tick: number; dtS: number; ground: Ground }): void {
    if (!agent.goal && !(actor instanceof Avatar && isOnTheMove(actor))) return;
    const { frame, end } = frameTo(agent, actor, at);
    if (end) this.#hearing.tell(id, end, null, null);
    const { step } = this.#options;
    if (step) step(actor, frame, at.dtS);
    else if (actor instanceof Avatar) walk(actor, frame, at.ground, at.dtS);
  }

  /** Called where decisions are asked for, never in a re-run. */
  #decide(due: readonly [string, Agent][]): Promise<Outcome[]> {
    const { room, scripts, senseM = SENSE_M, isSeen = () => true, selfOf = () => ({}) } = this.#options;
    const { world, simulation, seed, roomId } = room;
    const pool = this.#behaviours?.pool;
    if (!pool) return Promise.resolve([]);
    this.#stage ??= new Stage(world, isSeen);
    const { table, poses } = this.#stage.take();
    const agents = due.flatMap(([id, { script, memory, goal }]): Turn["agents"] => {
      const row = this.#stage?.rowOf(id);
      const actor = world.get(id);
      const source = Object.hasOwn(scripts, script) ? scripts[script] : undefined;
      if (row === undefined || actor === undefined || source === undefined) return [];
      const self = { ...selfOf(actor, id), moving: goal !== null };
      return [{ id, row, source, memory, self, heard: this.#hearing.take(id) }];
    });
    const { tick, timeMs } = simulation;
    return pool.decide({ room: roomId, tick, timeS: timeMs / 1000, seed, senseM, table, poses, agents });
  }

  #apply({ id, intents = [], memory, fault, sleeps }: Outcome): void {
    const agent = this.of(id) as Agent | undefined;
    const actor = this.#options.room.world.get(id);
    if (!agent || !actor) return;
    if (memory !== undefined) agent.memory = memory;
    if (fault) {
      agent.fault = fault;
      agent.asleep = sleeps === true;
      if (agent.asleep) agent.goal = null;
      this.#options.onFault?.(id, fault, agent.asleep);
    }
    for (const intent of intents) this.#act({ id, actor, agent }, intent);
  }

  #act(acting: { id: string; actor: Actor; agent: Agent }, intent: Intent): void {
    const refusal = act(this.#actsHost(), acting, intent);
    if (!refusal) return;
    this.#behaviours?.refused(refusal.code);
    this.#hearing.tell(acting.id, "refused", { what: intent[0], code: refusal.code }, null);
  }

  #actsHost(): ActsHost {
    const { room, step, filter = (text: string) => text } = this.#options;
    return {
      world: room.world,
      tick: room.simulation.tick,
      tickHz: room.tickHz,
      components: this.#components,
      canMove: (actor) => step !== undefined || actor instanceof Avatar,
      say: (id, { x, z }, text) =>
        room.events.emit(BehaviourSaid, { text: filter(text) }, { actor: id, x, z }),
      emit: (id, actor, name, payload) => this.#emit(id, actor, name, payload),
    };
  }

  #emit(from: string, { x, z }: Actor, name: string, payload: unknown): void {
    const { room, senseM = SENSE_M } = this.#options;
    const { world, events } = room;
    events.emit(BehaviourEmitted, { name, payload }, { actor: from, x, z });
    for (const other of world.query().near(x, z, senseM)) {
      const id = world.idOf(other);
      if (id === undefined || id === from || !this.of(id)?.may.hear?.includes(name)) continue;
      this.#hearing.tell(id, name, payload, from);
    }
  }
}

function isOnTheMove({ vx, vy, vz, grounded }: Avatar): boolean {
  return !grounded || Math.abs(vx) > SLOW_MPS || Math.abs(vy) > SLOW_MPS || Math.abs(vz) > SLOW_MPS;
}

/** Spreads decisions over the ticks. */
function hashOf(id: string): number {
  let hash = 7;
  for (let at = 0; at < id.length; at++) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) >>> 0;
  return hash;
}
