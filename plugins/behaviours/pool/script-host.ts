import { type Engine, loadEngine } from "../sandbox/engine.ts";
import { faultOf, ScriptFailed, type ScriptFault } from "../sandbox/fault.ts";
import { type ActorTable, Scene } from "../sandbox/scene.ts";
import { Script } from "../sandbox/script.ts";
import { type Ask, type Call, PROGRESS, type Replies, type Reply, type WorkerSetup } from "./protocol.ts";

/** A module that has grown past this share of what it may have is replaced, and one that a fault blew up. */
const FULL = 0.75;
const BLOWN_UP = 32 * 1024 * 1024;
/** The memory of a script that has never decided. */
const BLANK = "{}";
/** Calls between two replacements of a module that was filled by no fault. */
const CALLS_BETWEEN = 200;

/** A script of the worker: open, or to be opened again from its source and its last memory. */
interface Held {
  readonly source: string;
  memory: string;
  script: Script | undefined;
  /** What it sees, for the decision that runs. */
  scene: Scene;
  row: number;
}

/** The scripts of a worker, of all rooms. */
export interface ScriptHost {
  run(call: Call): Promise<Replies>;
}

/** Opens the scripts of a worker. @throws Error the packages of the engine are not there */
export async function openScriptHost(setup: WorkerSetup): Promise<ScriptHost> {
  const { limits, moduleMb } = setup;
  const progress = new Int32Array(setup.progress);
  const rooms = new Map<string, { table: ActorTable; scripts: Map<string, Held> }>();
  const full = FULL * moduleMb * 1024 * 1024;
  let engine: Engine = await loadEngine(moduleMb);
  warm(engine, setup);
  let recycled = 0;
  let calls = 0;
  let recycledAt = -CALLS_BETWEEN;
  /** Its memory after the last call without a fault. */
  let settledBytes = engine.bytes();

  function roomOf({ room, table }: Call) {
    const known = rooms.get(room);
    const opened = known ?? { table: { version: 0, ids: [], kinds: [], names: [] }, scripts: new Map() };
    if (table) opened.table = table;
    if (!known) rooms.set(room, opened);
    return opened;
  }

  function forget(room: string, id: string): void {
    const scripts = rooms.get(room)?.scripts;
    scripts?.get(id)?.script?.dispose();
    scripts?.delete(id);
    if (scripts?.size === 0) rooms.delete(room);
  }

  function heldOf(scripts: Map<string, Held>, { id, load, row }: Ask, scene: Scene): Held | undefined {
    const known = scripts.get(id);
    if (load) {
      known?.script?.dispose();
      const held: Held = { ...load, script: undefined, scene, row };
      scripts.set(id, held);
      return held;
    }
    if (known) Object.assign(known, { scene, row });
    return known;
  }

  function openScript(held: Held): Script {
    return Script.open(engine, limits, {
      source: held.source,
      memory: held.memory || BLANK,
      near: (radiusM, kind) => held.scene.near(held.row, radiusM, kind),
    });
  }

  function decide(held: Held, ask: Ask, call: Call): Reply | undefined {
    const { id, row, self, heard } = ask;
    const { tick, timeS: time, seed } = call;
    try {
      held.script ??= openScript(held);
      const known = { ...self, ...held.scene.who(row), ...held.scene.pose(row) };
      const decision = held.script.decide({
        tick,
        time,
        chance: chanceOf(seed, tick, id),
        self: known,
        heard,
      });
      const { intents, memory } = decision;
      if (memory !== undefined) held.memory = memory;
      return intents.length > 0 || memory !== undefined ? { id, intents, memory } : undefined;
    } catch (error) {
      if (error instanceof ScriptFailed) held.script?.dispose();
      held.script = undefined;
      return { id, fault: faultIn(error) };
    }
  }

  /** A module never gives memory back. Its scripts are opened again one by one, as their turns come. */
  async function recycle(fault: ScriptFault | undefined): Promise<void> {
    const isFaulty = fault !== undefined;
    const isFull = engine.bytes() >= full && (isFaulty || calls - recycledAt >= CALLS_BETWEEN);
    const isBlownUp = isFaulty && engine.bytes() - settledBytes > BLOWN_UP;
    if (!isFull && !isBlownUp && fault?.code !== "CRASHED") return;
    for (const { scripts } of rooms.values()) for (const held of scripts.values()) held.script = undefined;
    engine = await loadEngine(moduleMb);
    warm(engine, setup);
    recycled += 1;
    recycledAt = calls;
    settledBytes = engine.bytes();
  }

  return {
    async run(call) {
      const from = performance.now();
      calls += 1;
      for (const [room, id] of call.gone) forget(room, id);
      const { table, scripts } = roomOf(call);
      const scene = new Scene(table, call.poses, call.senseM);
      const replies: Reply[] = [];
      let isFaulty = false;
      for (const [index, ask] of call.asks.entries()) {
        const held = heldOf(scripts, ask, scene);
        if (!held) continue;
        Atomics.store(progress, PROGRESS.call, call.call);
        Atomics.store(progress, PROGRESS.ask, index);
        Atomics.add(progress, PROGRESS.begun, 1);
        Atomics.store(progress, PROGRESS.inside, 1);
        const reply = decide(held, ask, call);
        Atomics.store(progress, PROGRESS.inside, 0);
        if (!reply) continue;
        replies.push(reply);
        if (!reply.fault) continue;
        isFaulty = true;
        await recycle(reply.fault);
      }
      if (!isFaulty) {
        await recycle(undefined);
        settledBytes = engine.bytes();
      }
      const tookMs = performance.now() - from;
      return { call: call.call, replies, bytes: engine.bytes(), recycled, tookMs };
    },
  };
}

/** The first script of a module takes many times as long as the next ones: it is one of ours. */
function warm(engine: Engine, { limits }: WorkerSetup): void {
  const source = "on('decide', () => { near(1); memory.at = [time, random()]; /(a|b)+/.test(self.id); });";
  const script = Script.open(engine, limits, { source, memory: BLANK, near: () => [] });
  script.decide({ tick: 0, time: 0, chance: 1, self: { id: "warm" }, heard: [] });
  script.dispose();
}

function faultIn(error: unknown): ScriptFault {
  // The words of an error of ours stay here.
  return error instanceof ScriptFailed ? error.fault : faultOf("CRASHED", "The engine broke under it.");
}

/** The chance of one decision: the same for the same room, tick and actor, whatever was before. */
function chanceOf(seed: number, tick: number, id: string): number {
  let mixed = (seed ^ Math.imul(tick, 0x9e3779b1)) >>> 0;
  for (let at = 0; at < id.length; at++) mixed = Math.imul(mixed ^ id.charCodeAt(at), 0x01000193);
  return mixed >>> 0;
}
