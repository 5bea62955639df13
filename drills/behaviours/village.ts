import { WorldRoom } from "roomkeep/rooms";
import { Avatar, defineLevel, seeded, WorldState } from "roomkeep/shared";
import { openAgents } from "../../plugins/behaviours/index.ts";
import { ATTACKS } from "./attacks.ts";

/** Agents of the village, and those among them who attack in a run with attacks. */
export const AGENTS = 1_000;
const ATTACKERS = 40;
/** Ticks between two new attackers. */
const ATTACK_EVERY = 5;

/** What a script of the host would be known by, were one in reach. */
const HOST = "process,require,module,Buffer,Date,setTimeout,fetch,WebAssembly,SharedArrayBuffer,Atomics";
const FOUND = `const find = (from) => "${HOST}".split(",").filter((name) => from[name] !== undefined).join();`;

/**
 * Walks by constructors and prototypes; each says what it found of the host, and taints what it can reach.
 */
const WALKS = {
  "constructor walk": `${FOUND} on("decide", () => {
    const found = near.constructor.constructor("return this")();
    found.tainted = true;
    Object.prototype.tainted = true;
    say("found:" + find(found));
  });`,
  "prototype walk": `${FOUND} on("decide", () => {
    let from = near;
    while (Object.getPrototypeOf(from)) from = Object.getPrototypeOf(from);
    from.tainted = true;
    say("found:" + find(from.constructor.constructor("return this")()));
  });`,
  hang: `on("decide", () => {
    const text = "a".repeat(60_000);
    for (;;) text.indexOf(text.slice(0, 30_000) + "b");
  });`,
};

/** Neighbours count their decisions, look about and wander; they say so if anything of theirs was tainted. */
const NEIGHBOUR = `on("decide", () => {
  memory.n = (memory.n ?? 0) + 1;
  if (globalThis.tainted || ({}).tainted) say("tainted");
  const [other] = near(6);
  if (self.moving) return;
  if (other && random() < 0.2) face(other);
  else if (random() < 0.1) moveTo(self.x + 10 * random() - 5, self.z + 10 * random() - 5);
});`;

const attacks = {
  ...Object.fromEntries(Object.entries(ATTACKS).map(([name, { source }]) => [name, source])),
  ...WALKS,
};
const names = Object.keys(attacks);

const level = defineLevel({
  name: "drilled-village",
  bounds: { min: [-60, -60], max: [60, 60] },
  spawns: [{ at: [0, 0, 0] }],
});

/** A village of a thousand scripts, of which some attack while `isUnderAttack`. */
export class VillageRoom extends WorldRoom {
  static override readonly listing = { label: "Village", description: "A drill.", maxPlayers: 8 };
  static override readonly level = level;
  override state = new WorldState();
  override interest = { radiusM: 10 };
  override seed = 11;
  isUnderAttack = false;
  /** Attacks that were made, faults of attackers, and what must not be: faults of neighbours, escapes. */
  readonly drill = {
    attacks: 0,
    contained: {} as Record<string, number>,
    harmed: [] as string[],
    escaped: [] as string[],
  };
  readonly #chance = seeded(5);
  #attackers = 0;
  readonly #counted = new Map<string, number>();
  readonly agents = openAgents({
    room: this,
    answers: (name, apply) => this.onAnswer(name, apply),
    scripts: { neighbour: NEIGHBOUR, ...attacks },
    filter: (text) => {
      if (/^found:.|^tainted/.test(text)) this.drill.escaped.push(text);
      return text;
    },
    onFault: (id, { code, message }) => {
      if (id.startsWith("neighbour")) this.drill.harmed.push(`${id}: ${code} ${message}`);
      else this.drill.contained[code] = (this.drill.contained[code] ?? 0) + 1;
    },
  });
  override systems = [this.agents.system];

  protected override onBegin(): void {
    for (let n = 0; n < AGENTS - ATTACKERS; n++) this.#settle(`neighbour-${n}`, "neighbour");
    for (let n = 0; n < ATTACKERS; n++) this.#settle(`guest-${n}`, "neighbour");
  }

  protected override onTick(): void {
    const { tick } = this.simulation;
    if (tick % 20 === 0) this.#count();
    if (!this.isUnderAttack || tick % ATTACK_EVERY !== 0) return;
    this.drill.attacks += 1;
    this.#attackers += 1;
    this.world.despawn(`attacker-${this.#attackers - ATTACKERS}`);
    const name = names[Math.floor(this.#chance() * names.length)] ?? "";
    this.#settle(`attacker-${this.#attackers}`, name);
  }

  /** All attackers go. */
  calm(): void {
    this.isUnderAttack = false;
    for (let n = Math.max(1, this.#attackers - ATTACKERS); n <= this.#attackers; n++)
      this.world.despawn(`attacker-${n}`);
  }

  /** A neighbour whose count goes back has lost its memory. */
  #count(): void {
    for (let n = 0; n < AGENTS - ATTACKERS; n++) {
      const id = `neighbour-${n}`;
      const { n: now = 0 } = JSON.parse(this.agents.of(id)?.memory ?? "{}") as { n?: number };
      if (now < (this.#counted.get(id) ?? 0)) this.drill.harmed.push(`${id}: its memory went back`);
      this.#counted.set(id, now);
    }
  }

  #settle(id: string, script: string): void {
    const place = () => 100 * this.#chance() - 50;
    this.world.spawn(Object.assign(new Avatar(), { kind: "villager", x: place(), z: place() }), id);
    this.agents.attach(id, script, { move: "walk", say: true });
  }
}
