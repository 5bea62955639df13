import { type Actor, type Refusal, refuse, type World } from "roomkeep/shared";
import type { Intent } from "../api/intent.ts";
import { type Agent, takeToken } from "./agent.ts";

/** Farthest goal of a way, metres from where the actor stands. */
const REACH_M = 100;
/** Lines and events of an agent: so many a second, and at once. */
const LINES = { perSecond: 0.5, most: 3 };
const EVENTS = { perSecond: 2, most: 8 };

/** A component class, whatever its fields. */
export type AnyComponent = Parameters<World["write"]>[2];

/** What an agent's acts reach. */
export interface ActsHost {
  readonly world: World;
  readonly tick: number;
  readonly tickHz: number;
  /** Components that behaviours of the room may set, by name. */
  readonly components: ReadonlyMap<string, AnyComponent>;
  /** Whether an actor can be moved here. */
  canMove(actor: Actor): boolean;
  say(id: string, actor: Actor, text: string): void;
  emit(id: string, actor: Actor, name: string, payload: unknown): void;
}

/** An agent with its actor. */
export interface Acting {
  readonly id: string;
  readonly actor: Actor;
  readonly agent: Agent;
}

/**
 * Does what a script asked for, or refuses it, by the rules for a player's messages: rights, rates, reach.
 * What is set goes through `World.write` as a script's.
 */
export function act(host: ActsHost, { id, actor, agent }: Acting, intent: Intent): Refusal | undefined {
  switch (intent[0]) {
    case "move":
      return move(host, actor, agent, intent);
    case "stop":
      agent.goal = null;
      return undefined;
    case "face":
      if (!agent.may.move) return refuse("BEHAVIOUR_FORBIDDEN", "It may not move.");
      actor.yaw = Math.fround(Math.atan2(Math.sin(intent[1]), Math.cos(intent[1])));
      return undefined;
    case "wait":
      agent.waitUntilTick = host.tick + Math.ceil(intent[1] * host.tickHz);
      return undefined;
    case "say":
      if (!agent.may.say) return refuse("BEHAVIOUR_FORBIDDEN", "It may not say anything.");
      if (!hasToken(host, agent.lines, LINES)) return refuse("RATE_LIMITED");
      host.say(id, actor, intent[1]);
      return undefined;
    case "emit":
      if (!agent.may.emit?.includes(intent[1]))
        return refuse("BEHAVIOUR_FORBIDDEN", `It may not emit "${intent[1]}".`);
      if (!hasToken(host, agent.events, EVENTS)) return refuse("RATE_LIMITED");
      host.emit(id, actor, intent[1], intent[2]);
      return undefined;
    case "set":
      return set(host, actor, agent, intent);
  }
}

function move(
  { tick, canMove }: ActsHost,
  actor: Actor,
  agent: Agent,
  [, x, z, run]: Intent & readonly ["move", ...unknown[]],
) {
  if (!agent.may.move || !canMove(actor)) return refuse("BEHAVIOUR_FORBIDDEN", "It may not move.");
  const dx = x - actor.x;
  const dz = z - actor.z;
  if (!(dx * dx + dz * dz <= REACH_M * REACH_M))
    return refuse("ACTION_REFUSED", `A way is ${REACH_M} m long at most.`);
  // Who may not run walks.
  const isRun = run && agent.may.move === "run";
  agent.goal = { x, z, run: isRun, bestM: Number.MAX_VALUE, bestTick: tick };
  return undefined;
}

function set(
  { world, components }: ActsHost,
  actor: Actor,
  agent: Agent,
  [, name, values]: Intent & readonly ["set", ...unknown[]],
) {
  const component = components.get(name);
  if (!component || !agent.may.set?.includes(name))
    return refuse("BEHAVIOUR_FORBIDDEN", `It may not set "${name}".`);
  return world.write("script", actor, component, values);
}

function hasToken(
  { tick, tickHz }: ActsHost,
  bucket: Agent["lines"],
  { perSecond, most }: { perSecond: number; most: number },
): boolean {
  return takeToken(bucket, tick, { perTick: perSecond / tickHz, most });
}
