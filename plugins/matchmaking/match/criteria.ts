import { RoomkeepError } from "roomkeep/shared";
import { type Queue, rolesOf } from "./queue.ts";
import type { MatchTicket, MatchValue, TicketPlayer } from "./tickets.ts";

/** What a ticket asks for, as it came from outside and as it is kept. */
export interface TicketCriteria {
  /** By name; of an "any" one a list. Those that are left out have their default. */
  readonly properties: Readonly<Record<string, MatchValue | readonly MatchValue[]>>;
}

/** Longest latency that counts, ms. */
const LATENCY_MAX = 60_000;

/**
 * The properties of a ticket with their defaults.
 *
 * @throws QUEUE_PROPERTY_INVALID one is unknown, of another type, or no value of it
 */
export function readProperties(
  { properties: rules }: Queue,
  given: Readonly<Record<string, unknown>>,
): TicketCriteria["properties"] {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(rules, name)) throw invalid(name, "the queue has no such property");
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      const wish = Object.hasOwn(given, name) ? given[name] : undefined;
      if (rule.kind === "near") {
        const number = wish === undefined ? rule.min : wish;
        if (typeof number !== "number" || !(number >= rule.min && number <= rule.max))
          throw invalid(name, `a number from ${rule.min} to ${rule.max}`);
        return [name, number];
      }
      const list: readonly unknown[] = rule.values;
      const text = `one of ${rule.values.join(", ")}`;
      if (rule.kind === "same") {
        const one = wish === undefined ? rule.values[0] : wish;
        if (!list.includes(one)) throw invalid(name, text);
        return [name, one as MatchValue];
      }
      const wished: unknown[] = wish === undefined ? rule.values : Array.isArray(wish) ? wish : [wish];
      if (wished.length === 0 || !wished.every((one) => list.includes(one)))
        throw invalid(name, `a list with at least ${text}`);
      return [name, rule.values.filter((one) => wished.includes(one))];
    }),
  );
}

/**
 * The set of roles that a player offers.
 *
 * @param given names; undefined: all
 * @throws QUEUE_ROLE_UNKNOWN no team has one of them, or the list is empty
 */
export function readRoles({ teams }: Queue, given: readonly string[] | undefined): string[] {
  const known = rolesOf(teams);
  if (given === undefined) return known;
  const strange = given.find((role) => !known.includes(role));
  if (strange !== undefined || (given.length === 0 && known.length > 0))
    throw new RoomkeepError(
      "QUEUE_ROLE_UNKNOWN",
      `Roles of this queue are: ${known.join(", ") || "none"}${strange === undefined ? "" : `; not "${strange.slice(0, 40)}"`}.`,
    );
  return known.filter((role) => given.includes(role));
}

/**
 * Latencies by region, ms.
 *
 * @throws QUEUE_LATENCY_INVALID a region is unknown, none is told, or one is no number of ms
 */
export function readLatency({ regions }: Queue, given: Readonly<Record<string, unknown>> | undefined) {
  const known = regions?.list.map(({ name }) => name) ?? [];
  const latency: Record<string, number> = {};
  for (const [region, ms] of Object.entries(given ?? {})) {
    const problem = !known.includes(region)
      ? "the queue has no such region"
      : typeof ms !== "number" || !(ms >= 0 && ms <= LATENCY_MAX)
        ? `no number of ms from 0 to ${LATENCY_MAX}`
        : undefined;
    if (problem) throw new RoomkeepError("QUEUE_LATENCY_INVALID", `${region.slice(0, 40)}: ${problem}.`);
    latency[region] = ms as number;
  }
  if (known.length > 0 && Object.keys(latency).length === 0)
    throw new RoomkeepError("QUEUE_LATENCY_INVALID", `Measure at least one of ${known.join(", ")}.`);
  return latency;
}

/** What the matcher is told of one who waits. */
export interface TicketFacts extends TicketCriteria {
  readonly id: string;
  /** Seconds since it came. */
  readonly waitedS: number;
  readonly players: readonly (Omit<TicketPlayer, "roles"> & {
    readonly roles: readonly string[];
    /** Ms by region; empty: not measured. */
    readonly latency: Readonly<Record<string, number>>;
  })[];
}

/** A ticket as the matcher has it. Kept values that the queue does not know any more count as not said. */
export function ticketOf(queue: Queue, facts: TicketFacts): MatchTicket {
  const roles = rolesOf(queue.teams);
  const regions = queue.regions?.list ?? [];
  return {
    id: facts.id,
    waitedS: facts.waitedS,
    players: facts.players.map(({ id, mu, sigma, roles: own }) => ({
      id,
      mu,
      sigma,
      roles: setOf(roles, own),
    })),
    ...propertySets(queue, facts.properties),
    // The party goes where all of it can: the worst of those who have measured.
    latency: regions.map(({ name }) => {
      const measured = facts.players.filter(({ latency }) => Object.keys(latency).length > 0);
      return measured.length === 0
        ? 0
        : Math.max(...measured.map(({ latency }) => latency[name] ?? Infinity));
    }),
  };
}

/** Properties as the matcher compares them. */
export function propertySets(
  { properties: rules }: Queue,
  properties: TicketCriteria["properties"],
): Pick<MatchTicket, "same" | "any" | "near"> {
  const same: unknown[] = [];
  const any: number[] = [];
  const near: number[] = [];
  for (const [name, rule] of Object.entries(rules)) {
    const wish = properties[name];
    if (rule.kind === "near") near.push(typeof wish === "number" ? wish : rule.min);
    else if (rule.kind === "same") same.push(wish ?? rule.values[0]);
    else any.push(setOf(rule.values, Array.isArray(wish) ? wish : wish === undefined ? rule.values : [wish]));
  }
  return { same: JSON.stringify(same), any, near };
}

/** A bit for each of the values that is among the given ones. */
export function setOf<T>(values: readonly T[], given: readonly T[]): number {
  return values.reduce((set, one, index) => (given.includes(one) ? set | (1 << index) : set), 0);
}

const invalid = (name: string, rule: string) =>
  new RoomkeepError("QUEUE_PROPERTY_INVALID", `The property "${name.slice(0, 40)}" does not fit: ${rule}.`);
