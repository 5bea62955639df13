import type { Client } from "@colyseus/core";
import type { MapSchema } from "@colyseus/schema";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { InterestSerializer } from "../../../rooms/replication/interest-serializer.ts";
import { DEFAULT_RINGS } from "../../../rooms/replication/visibility/interest.ts";
import { Backpressure } from "../../../rooms/transport/backpressure.ts";
import { JoinQueue } from "../../../rooms/transport/join-queue.ts";
import { Beast, Being, Body, Item, plain, WireClient, WireState } from "../../helpers/wire-world.ts";

const CLIENT_TICKS = Number(process.env.ROOMKEEP_CONTRACT_TICKS ?? 10_000);
const SEED = Number(process.env.ROOMKEEP_CONTRACT_SEED ?? 20_260_101);
const TICKS = 40;
const SESSIONS = 8;
const WORLD_M = 200;
const CELL_M = 10;
const CONTINUOUS = new Set(["x", "y", "z", "yaw", "scent"]);
const NOT_ACTORS = new Set(["actors"]);
const MINE = new Set(["secret", "pocket"]);
const item = (label: string): InstanceType<typeof Item> => new Item().assign({ label });

type Step = readonly [op: number, a: number, b: number, c: number];
type Past = Map<Being, Record<string, number>[]>;

/** A room's state, its serializer, and clients on the stock decoder, moved by random steps. */
class Trial {
  readonly state = new WireState();
  /** In a hurry, each look at the clock is 3 ms later: a queue forms. */
  hurry = false;
  clock = 0;
  readonly joinQueue = new JoinQueue({ atOnceMs: 6, queueMs: 2 }, () => {
    this.clock += this.hurry ? 3 : 0;
    return this.clock;
  });
  readonly serializer = new InterestSerializer<WireState>({
    backpressure: new Backpressure({}, () => 0, this.joinQueue),
    interest: { radiusM: 30, cellM: CELL_M, always: (actor) => (actor as Being).kind === "flag" },
  });
  readonly clients: WireClient[] = [];
  readonly away = new Map<string, WireClient>();
  readonly slow = new Set<WireClient>();
  readonly eyes = new Map<string, string | { x: number; z: number }>();
  readonly last = new Map<string, { x: number; z: number }>();
  readonly radii = new Map<string, number>();
  readonly past: Past = new Map();
  radius = 30;
  serial = 0;
  checked = 0;
  timed: boolean;

  constructor(timed: boolean) {
    this.timed = timed;
    this.serializer.reset(this.state);
    for (let i = 0; i < 25; i++) this.spawn(`n${i}`, i * 131, i * 37);
  }

  get actors(): MapSchema<Being> {
    return this.state.actors as unknown as MapSchema<Being>;
  }

  spawn(key: string, a: number, b: number): void {
    const being = (a % 3 === 0 ? new Beast() : new Being()) as Being;
    being.x = a % WORLD_M;
    being.z = b % WORLD_M;
    being.kind = a % 17 === 0 ? "flag" : "being";
    being.name = `${key}-${this.serial++}`;
    being.secret = `secret of ${key}`;
    being.bag.push(item(`b${this.serial}`), item("c"));
    being.tags.push("t0", "t1");
    being.marks.set("m", item("m"));
    being.body = new Body();
    being.body.parts.push(item("part"));
    being.pocket.push(item("coin"));
    this.actors.set(key, being);
  }

  pick(n: number): Being | undefined {
    const all = [...this.actors.values()];
    return all[n % Math.max(1, all.length)];
  }

  join(client: WireClient): void {
    this.clients.push(client);
    const state = this.serializer.getFullState(client.asClient, this.timing());
    if (!this.waits(client)) this.remember(client);
    client.raw(state);
  }

  waits(client: WireClient): boolean {
    return this.joinQueue.has(client.asClient);
  }

  timing(): { sNow: number } | undefined {
    return this.timed ? { sNow: this.state.tick * 50 } : undefined;
  }

  drop(client: WireClient): void {
    client.leave();
    this.clients.splice(this.clients.indexOf(client), 1);
    this.slow.delete(client);
  }

  step([op, a, b, c]: Step): void {
    const being = this.pick(a);
    const other = this.pick(b);
    const client = this.clients[a % Math.max(1, this.clients.length)];
    const key = [...this.actors.keys()][a % Math.max(1, this.actors.size)] ?? "none";
    const session = `s${a % SESSIONS}`;
    const steps: (() => void)[] = [
      () => this.spawn(`n${a % 60}`, b, c),
      () => this.spawn(session, b, c),
      () => this.actors.delete(key),
      () => {
        if (a % 9 === 0) this.actors.clear();
      },
      () => {
        // The same instance leaves the map and comes back within a tick.
        if (being && this.actors.delete(key) && this.actors.get(key) === undefined) this.spawn(key, b, c);
      },
      ...Array.from({ length: 8 }, () => () => {
        if (being) being.x += ((b % 200) - 100) / 25;
        if (other) other.z += ((c % 200) - 100) / 25;
        if (other instanceof Beast) other.scent = c;
      }),
      () => {
        if (being) [being.x, being.z, being.yaw] = [b % WORLD_M, c % WORLD_M, b / 100];
      },
      () => {
        if (being) being.hp = b % 256;
        if (other) other.name = `name ${c}`;
      },
      () => {
        if (being) being.kind = b % 5 === 0 ? "flag" : "being";
      },
      () => being?.bag.push(item(`p${c}`)),
      () => (being?.bag.length ? being.bag.shift() : undefined),
      () => {
        // Within bounds: the stock splice complains of a count that reaches past the end.
        const { bag } = being ?? {};
        const at = Math.min(b % 3, bag?.length ?? 0);
        bag?.splice(at, Math.min(c % 3, bag.length - at), item(`x${c}`));
      },
      () => being?.bag.unshift(item(`u${c}`)),
      () => {
        if (c % 4 === 0) being?.bag.clear();
      },
      () => {
        const held = being?.bag[b % 2];
        if (held) [held.label, held.uses] = [`held ${c}`, c % 256];
        held?.notes.push(`note ${c}`);
      },
      () => {
        // A trade: the item is given before it is taken.
        const traded = being?.bag[0];
        if (being && other && being !== other && traded) {
          other.bag.push(traded);
          being.bag.shift();
        }
      },
      () => {
        const shown = being?.pocket[0];
        if (being && shown) {
          being.bag.push(shown);
          being.pocket.shift();
        }
      },
      () => being?.tags.push(`tag ${c}`),
      () => (being?.tags.length ? being.tags.shift() : undefined),
      () => {
        if (being && being.tags.length > b % 3) being.tags.splice(b % 3, 1);
      },
      () => being?.tags.unshift(`front ${c}`),
      () => {
        if (being?.tags.length) being.tags[b % being.tags.length] = `set ${c}`;
        if (being?.bag.length) being.bag[c % being.bag.length] = item(`set ${b}`);
      },
      () => {
        if (b % 2 === 0) being?.tags.sort();
        else being?.bag.reverse();
      },
      () => {
        being?.pocket.pop();
        being?.pocket.unshift(item(`coin ${c}`));
        this.state.board.shift();
        this.state.board.splice(this.state.board.length, 0, `last ${c}`);
      },
      () => being?.marks.set(`m${b % 4}`, item(`mark ${c}`)),
      () => being?.marks.delete(`m${b % 4}`),
      () => {
        const mark = being?.marks.get("m");
        if (mark) mark.uses = c % 256;
      },
      () => being?.set.add(`v${b % 5}`),
      () => being?.set.delete(`v${b % 5}`),
      () => {
        if (!being) return;
        being.body = new Body();
        being.body.heat = c;
        being.body.parts.push(item(`new part ${c}`));
      },
      () => {
        if (being?.body) being.body.heat = c;
        being?.body?.stats.set(`s${b % 3}`, c);
        being?.body?.parts.push(item(`part ${c}`));
      },
      () => {
        if (being) being.secret = `secret ${c}`;
        being?.pocket.push(item(`coin ${c}`));
      },
      () => {
        this.state.board.push(`line ${c}`);
        this.state.props.set(`p${b % 5}`, item(`prop ${c}`));
      },
      () => this.state.props.delete(`p${b % 5}`),
      ...Array.from({ length: 3 }, () => () => {
        if (this.clients.some((one) => one.sessionId === session)) return;
        this.join(new WireClient(session, this.serializer, this.away.get(session)));
      }),
      () => {
        // A reconnection: the same decoder, a new client.
        if (!client) return;
        this.drop(client);
        this.join(new WireClient(client.sessionId, this.serializer, client));
      },
      () => {
        this.hurry = b % 2 === 0;
      },
      () => {
        if (!client || this.clients.length < 3) return;
        this.drop(client);
        this.away.set(client.sessionId, client);
      },
      () => {
        if (!client) return;
        client.ref.bufferedAmount = client.ref.bufferedAmount > 0 ? 0 : 300 * 1024;
        if (client.ref.bufferedAmount > 0) this.slow.add(client);
      },
      () => {
        if (!client) return;
        const from = b % 3 === 0 ? { x: b % WORLD_M, z: c % WORLD_M } : b % 3 === 1 ? client.sessionId : key;
        this.eyes.set(client.sessionId, from);
        this.serializer.viewpoint(client.asClient, from);
      },
      () => {
        const radius = 12 + (b % 60);
        const one = c % 2 === 0 ? client : undefined;
        if (one) this.radii.set(one.sessionId, radius);
        else this.radius = radius;
        this.serializer.setRadius(radius, one?.asClient);
      },
    ];
    steps[op % steps.length]?.();
  }

  patch(): void {
    this.state.tick++;
    const waiting = this.clients.filter((client) => this.waits(client));
    for (const client of this.clients) {
      if (client.ref.bufferedAmount === 0 && !waiting.includes(client)) this.remember(client);
    }
    this.serializer.applyPatches(this.clients as unknown as Client[], this.state, this.timing());
    for (const client of waiting) if (!this.waits(client)) this.remember(client);
    for (const being of this.actors.values()) {
      const values = this.past.get(being) ?? [];
      values.unshift(
        Object.fromEntries(
          [...CONTINUOUS].map((name) => [name, (being as unknown as Record<string, number>)[name] ?? 0]),
        ),
      );
      this.past.set(being, values.slice(0, 8));
    }
    for (const client of this.clients) {
      if (this.waits(client)) continue;
      if (this.slow.has(client)) {
        if (client.ref.bufferedAmount > 0) continue;
        this.slow.delete(client);
      }
      this.check(client);
    }
  }

  check(client: WireClient): void {
    this.checked++;
    const decoded = client.decoder.state;
    const shown = decoded.actors as unknown as MapSchema<Being>;
    const eye = this.eye(client.sessionId);
    const expected = new Map<string, number>();
    for (const [key, being] of this.actors) {
      const gap = being.kind === "flag" ? 0 : eye ? gapM(eye, being) : Number.POSITIVE_INFINITY;
      const radius = this.radii.get(client.sessionId) ?? this.radius;
      if (being.kind === "flag" || gap < radius) expected.set(key, gap);
    }
    same([...shown.keys()].sort(), [...expected.keys()].sort());
    for (const [key, gap] of expected) {
      const own = key === client.sessionId;
      const skip = new Set([...CONTINUOUS, ...(own ? [] : MINE)]);
      same(plain(shown.get(key), CONTINUOUS), plain(this.actors.get(key), skip));
      this.checkAge(this.actors.get(key) as Being, shown.get(key) as Being, gap);
    }
    same(plain(decoded, NOT_ACTORS), plain(this.state, NOT_ACTORS));
  }

  /** Continuous values may be as old as the ring allows, and no older. */
  checkAge(real: Being, shown: Being, gap: number): void {
    // An actor or a viewer may have come from a slower ring just now; the nearest is never late.
    const oldest = gap < (DEFAULT_RINGS[1]?.fromM ?? 0) ? 0 : (DEFAULT_RINGS.at(-1)?.everyTicks ?? 1) - 1;
    const past = this.past.get(real) ?? [];
    for (const name of CONTINUOUS) {
      const got = (shown as unknown as Record<string, number>)[name] ?? 0;
      const near = (values: Record<string, number>): boolean => Math.abs((values[name] ?? 0) - got) < 1e-3;
      const age = past.findIndex(near);
      if (age < 0 && past.length <= oldest) continue;
      if (age >= 0 && age <= oldest) continue;
      expect.fail(`${name} of ${real.name} at gap ${gap}: ${got} of ${JSON.stringify(past)}`);
    }
  }

  eye(sessionId: string): { x: number; z: number } | undefined {
    const from = this.eyes.get(sessionId) ?? sessionId;
    const place = typeof from === "string" ? this.actors.get(from) : from;
    return place ?? this.last.get(sessionId);
  }

  /** Remembers where a viewpoint was, as the serializer is to whenever it serves the client. */
  remember({ sessionId }: WireClient): void {
    const eye = this.eye(sessionId);
    if (eye !== undefined) this.last.set(sessionId, { x: eye.x, z: eye.z });
  }
}

/** Deep equality, by text first: a hundred thousand comparisons that agree are to cost little. */
function same(got: unknown, wanted: unknown): void {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) expect(got).toEqual(wanted);
}

function gapM(a: { x: number; z: number }, b: { x: number; z: number }): number {
  const axis = (p: number, q: number): number =>
    Math.max(0, Math.abs(Math.floor(p / CELL_M) - Math.floor(q / CELL_M)) - 1) * CELL_M;
  return Math.hypot(axis(a.x, b.x), axis(a.z, b.z));
}

let complaints: string[] = [];
beforeEach(() => {
  complaints = [];
  for (const level of ["warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) =>
      complaints.push(words.map(String).join(" ")),
    );
  }
});
afterEach(() => vi.restoreAllMocks());

test("the stock decoder shows every client exactly what it is to see", () => {
  const number = fc.nat(10_000);
  // Enough for about as many failures to shrink to a few steps.
  const step = fc.tuple(fc.nat(9_999), number, number, number);
  const ticks = fc.array(fc.array(step, { maxLength: 16 }), { minLength: 1, maxLength: TICKS, size: "max" });
  let checked = 0;
  for (let run = 0; checked < CLIENT_TICKS; run++) {
    fc.assert(
      fc.property(ticks, fc.boolean(), (script, timed) => {
        complaints = [];
        const trial = new Trial(timed);
        for (let i = 0; i < 4; i++) {
          trial.spawn(`s${i}`, i * 53 + 1, i * 29);
          trial.join(new WireClient(`s${i}`, trial.serializer));
        }
        for (const steps of script) {
          for (const one of steps) trial.step(one);
          trial.patch();
          expect(complaints).toEqual([]);
        }
        checked += trial.checked;
      }),
      {
        seed: SEED + run,
        numRuns: 10,
        endOnFailure: process.env.ROOMKEEP_NO_SHRINK === "1",
        interruptAfterTimeLimit: 240_000,
      },
    );
  }
  expect(checked).toBeGreaterThanOrEqual(CLIENT_TICKS);
}, 600_000);
