import { Counter, Histogram, type Registry } from "prom-client";
import {
  type CharacterPort,
  type ItemPort,
  type MatchPort,
  traced,
  type ZonePort,
} from "../../../rooms/internal.ts";
import { RoomkeepError } from "../../../shared/index.ts";

/** Upper bounds of the buckets of what waits for the database, s. */
export const ANSWER_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The ports of rooms that write to the database. */
interface WrittenPorts {
  readonly characters: CharacterPort;
  readonly zones: ZonePort;
  readonly matches: MatchPort;
  readonly items: ItemPort;
}

/** Items' methods that book. */
const BOOKS = [
  "grant",
  "grantCoins",
  "use",
  "move",
  "drop",
  "pickUp",
  "clear",
  "trade",
  "buy",
  "sell",
  "mail",
  "takeMail",
  "die",
  "revive",
  "loot",
  "kill",
] as const satisfies readonly (keyof ItemPort)[];

/** One kind of work: how long it takes, and what comes of it. */
interface Work {
  readonly span: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly seconds: Histogram;
  readonly outcomes: Counter;
  /** The outcome of a result. */
  outcomeOf(result: unknown): string;
}

/**
 * Measures and traces what rooms ask of the database: claims, saves and bookings, with their outcomes. The
 * ports that it returns do the same as those that it is given.
 */
export function watchPorts<P extends WrittenPorts>(registry: Registry, ports: P): WrittenPorts {
  const parts = openParts(registry);
  const saved = (what: string): Work => ({
    span: "roomkeep.save",
    labels: { what },
    seconds: parts.saveSeconds,
    outcomes: parts.saves,
    outcomeOf: (result) => (typeof result === "string" ? result : "saved"),
  });
  const claimed = (what: string): Work => ({
    span: "roomkeep.claim",
    labels: { what },
    seconds: parts.claimSeconds,
    outcomes: parts.claims,
    outcomeOf: (result) => (result === undefined ? "none" : "claimed"),
  });
  const booked: Work = {
    span: "roomkeep.booking",
    labels: {},
    seconds: parts.bookingSeconds,
    outcomes: parts.bookings,
    outcomeOf: outcomeOfBooking,
  };
  const { characters, zones, matches, items } = ports;
  const character = saved("character");
  return {
    characters: watch(
      watch(characters, ["save", "release"], () => character),
      ["claim", "claimTransfer"],
      () => claimed("character"),
    ),
    zones: watch(
      watch(zones, ["save", "release"], () => saved("zone")),
      ["claim"],
      () => claimed("zone"),
    ),
    matches: watch(
      watch(matches, ["save", "release"], () => saved("match")),
      ["claim", "begin"],
      () => claimed("match"),
    ),
    items: watch(items, BOOKS, (kind) => ({ ...booked, labels: { kind } })),
  };
}

function openParts(registry: Registry) {
  const registers = [registry];
  const seconds = (name: string, help: string, labelNames: string[]) =>
    new Histogram({ name: `roomkeep_${name}_seconds`, help, labelNames, buckets: ANSWER_BUCKETS, registers });
  const outcomes = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `roomkeep_${name}_total`, help, labelNames: [...labelNames, "outcome"], registers });
  return {
    saveSeconds: seconds("save", "Time of a save of a character, zone or match", ["what"]),
    saves: outcomes("saves", "Saves: saved, fenced, or the code of the error", ["what"]),
    claimSeconds: seconds("claim", "Time until a character, zone or match was claimed and loaded", ["what"]),
    claims: outcomes("claims", "Claims: claimed, none, or the code of the error", ["what"]),
    bookingSeconds: seconds("booking", "Time of a booking of items and coins, by what was asked", ["kind"]),
    bookings: outcomes("bookings", "Bookings: booked, repeated, or the code of the refusal or error", [
      "kind",
    ]),
  };
}

function outcomeOfBooking(result: unknown): string {
  const { ok, code, repeated } = result as { ok?: boolean; code?: string; repeated?: boolean };
  if (ok === false) return code ?? "refused";
  return repeated ? "repeated" : "booked";
}

type Call = (...given: readonly unknown[]) => Promise<unknown>;

/** The same object, with those of its methods measured. Each member asks the first one, which may change. */
function watch<T extends object, Name extends keyof T & string>(
  port: T,
  names: readonly Name[],
  workOf: (name: Name) => Work,
): T {
  const works = new Map<string, Work>(names.map((name) => [name, workOf(name)]));
  const watched = {};
  for (const [key, member] of Object.entries(port)) {
    const get = () => port[key as keyof T];
    const call: Call = (...given) => (get() as Call).apply(port, [...given]);
    const work = works.get(key);
    const measured: Call = (...given) => (work ? measure(work, () => call(...given)) : call(...given));
    const told = typeof member === "function" ? { value: measured, writable: true } : { get };
    Object.defineProperty(watched, key, { ...told, enumerable: true, configurable: true });
  }
  return watched as T;
}

async function measure<T>(
  { span, labels, seconds, outcomes, outcomeOf }: Work,
  call: () => Promise<T>,
): Promise<T> {
  const end = seconds.startTimer(labels);
  try {
    const result = await traced(span, () => labels, call);
    outcomes.inc({ ...labels, outcome: outcomeOf(result) });
    return result;
  } catch (error) {
    outcomes.inc({ ...labels, outcome: error instanceof RoomkeepError ? error.code : "UNKNOWN" });
    throw error;
  } finally {
    end();
  }
}
