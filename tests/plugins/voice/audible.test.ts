import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Audible, decideAudible, type Talker } from "../../../plugins/voice/audible.ts";
import { modeOf } from "../../../plugins/voice/messages.ts";

const at = (id: string, x: number, z = 0, zone = ""): Talker => ({ id, x, y: 0, z, zone });
const nobody: Audible["peers"] = new Map();
const all = () => true;
const limits = { rangeM: 20, peersMax: 8 };
const pairsOf = ({ peers }: Audible) =>
  [...peers]
    .flatMap(([id, others]) => [...others].filter((other) => id < other).map((other) => `${id}${other}`))
    .sort();

describe("who hears whom", () => {
  it("goes by distance and zone, for both sides", () => {
    const people = [at("a", 0), at("b", 20), at("c", 41), at("d", 0, 0, "cellar"), at("e", 1, 0, "cellar")];
    const heard = decideAudible(people, nobody, all, limits);
    expect(pairsOf(heard)).toEqual(["ab", "de"]);
    expect(heard.peers.get("b")).toEqual(new Set(["a"]));
    expect(heard.peers.get("c")).toEqual(new Set());
    // Who goes to another zone is heard no more.
    const moved = people.map((one) => (one.id === "b" ? { ...one, zone: "cellar" } : one));
    expect(pairsOf(decideAudible(moved, heard.peers, all, limits))).toEqual(["bd", "be", "de"]);
    // Height counts as well: a gallery far above is another place.
    expect(pairsOf(decideAudible([at("a", 0), { ...at("b", 0), y: 21 }], nobody, all, limits))).toEqual([]);
  });

  it("is not cut again and again along the edge of the range, and ends beyond it", () => {
    let peers = nobody;
    let changes = 0;
    for (let round = 0; round < 40; round++) {
      const next = decideAudible([at("a", 0), at("b", round % 2 ? 20.4 : 19.6)], peers, all, limits).peers;
      if (next.get("a")?.size !== (peers.get("a")?.size ?? 0)) changes++;
      peers = next;
    }
    expect(changes).toBe(1);
    const walk = (x: number) => pairsOf(decideAudible([at("a", 0), at("b", x)], peers, all, limits));
    expect([walk(24.9), walk(25.1)]).toEqual([["ab"], []]);
  });

  it("gives the places to the nearest, who keep them from those who are hardly nearer", () => {
    const one = { rangeM: 20, peersMax: 1 };
    const before = decideAudible([at("a", 0), at("b", 10)], nobody, all, one);
    const with_c = (x: number) =>
      pairsOf(decideAudible([at("a", 0), at("b", 10), at("c", -x)], before.peers, all, one));
    expect([with_c(9), with_c(7)]).toEqual([["ab"], ["ac"]]);
    // Who has no place finds one with the next.
    const four = [at("a", 0), at("b", 1), at("c", 3), at("d", 4.5)];
    expect(pairsOf(decideAudible(four, nobody, all, one))).toEqual(["ab", "cd"]);
  });

  it("leaves out those who may not hear each other, and gives their place to others", () => {
    const isBlocked = (a: Talker, b: Talker) => [a.id, b.id].sort().join("") === "ab";
    const people = [at("a", 0), at("b", 1), at("c", 5)];
    const heard = decideAudible(people, nobody, (a, b) => !isBlocked(a, b), { rangeM: 20, peersMax: 1 });
    expect(pairsOf(heard)).toEqual(["bc"]);
    const before = decideAudible(people, nobody, all, limits);
    expect(pairsOf(decideAudible(people, before.peers, (a, b) => !isBlocked(a, b), limits))).toEqual([
      "ac",
      "bc",
    ]);
  });

  it("hears nobody whose place is no number", () => {
    const people = [at("a", 0), at("b", Number.NaN), at("c", Number.POSITIVE_INFINITY), at("d", Number.NaN)];
    expect(pairsOf(decideAudible(people, nobody, all, limits))).toEqual([]);
  });

  it("is symmetric, within the range and at most eight, wherever people stand and go", () => {
    const spot = fc.record({
      x: fc.double({ min: -40, max: 40, noNaN: true }),
      z: fc.integer({ min: -30, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(spot, { minLength: 0, maxLength: 40 }), { maxLength: 3 }), (rounds) => {
        let peers = nobody;
        for (const spots of rounds) {
          const people = spots.map(({ x, z }, i) => at(`p${i}`, x, z));
          const byId = new Map(people.map((one) => [one.id, one]));
          peers = decideAudible(people, peers, all, limits).peers;
          for (const [id, others] of peers) {
            expect(others.size).toBeLessThanOrEqual(8);
            for (const other of others) {
              expect(peers.get(other)?.has(id)).toBe(true);
              const [one, two] = [byId.get(id), byId.get(other)];
              expect(
                Math.hypot((one?.x ?? 0) - (two?.x ?? 0), (one?.z ?? 0) - (two?.z ?? 0)),
              ).toBeLessThanOrEqual(25);
            }
          }
        }
      }),
    );
  });

  it("looks at a bounded number for each in a crowd, and fills the places of nearly all", () => {
    const crowd = Array.from({ length: 3_000 }, (_, i) =>
      at(`p${i}`, (i % 60) * 0.1, Math.floor(i / 60) * 0.1),
    );
    const { peers, looks, crowd: most } = decideAudible(crowd, nobody, all, limits);
    expect(looks).toBeLessThanOrEqual(256 * crowd.length);
    expect([...peers.values()].filter(({ size }) => size >= 4).length).toBeGreaterThan(2_700);
    expect(most).toBeGreaterThan(8);
    // Who stands still in a crowd goes on with the same, whatever the others are called and in what order.
    const again = decideAudible(crowd.toReversed(), peers, all, limits).peers;
    const ended = [...peers].flatMap(([id, own]) => [...own].filter((other) => !again.get(id)?.has(other)));
    expect(ended.length / 2).toBeLessThan(crowd.length * 0.2);
  });
});

describe("the way that voices go", () => {
  const both = { mesh: true, peersMax: 8, livekitUrl: "wss://sfu.example.org" };
  it("is LiveKit where more stand together than a mesh connects, until it is calm for a while", () => {
    const way = (mode: "mesh" | "livekit", crowd: number, calmMs: number, settings = both, allCan = true) =>
      modeOf(mode, settings, { crowd, calmMs, allCan });
    expect([way("mesh", 8, 99_000), way("mesh", 9, 0)]).toEqual(["mesh", "livekit"]);
    expect([way("livekit", 6, 99_000), way("livekit", 4, 29_000), way("livekit", 4, 30_000)]).toEqual([
      "livekit",
      "livekit",
      "mesh",
    ]);
    expect([way("mesh", 9, 0, both, false), way("livekit", 9, 0, both, false)]).toEqual(["mesh", "mesh"]);
    expect(way("mesh", 500, 0, { ...both, livekitUrl: "" })).toBe("mesh");
    expect(way("mesh", 1, 99_000, { ...both, mesh: false })).toBe("livekit");
  });
});
