import { expect, it } from "vitest";
import {
  readLatency,
  readProperties,
  readRoles,
  type TicketFacts,
  ticketOf,
} from "../../../plugins/matchmaking/match/criteria.ts";
import { estimateWait } from "../../../plugins/matchmaking/match/estimate.ts";
import { penalize, remembered } from "../../../plugins/matchmaking/match/penalties.ts";
import { propose } from "../../../plugins/matchmaking/match/propose.ts";
import { defineQueue, type Queue, type QueueRules } from "../../../plugins/matchmaking/match/queue.ts";
import { rateMatch, winChances } from "../../../plugins/matchmaking/match/ratings.ts";
import { divide } from "../../../plugins/matchmaking/match/sides.ts";
import type { Opening } from "../../../plugins/matchmaking/match/tickets.ts";
import { seeded } from "../../../shared/index.ts";

const duel: QueueRules = { game: "arena", teams: [{ size: 1 }, { size: 1 }] };
const pairs: QueueRules = { game: "arena", teams: [{ size: 2 }, { size: 2 }] };

interface Some extends Partial<Omit<TicketFacts, "players">> {
  /** A rating for each player. */
  mu?: number | number[];
  roles?: string[][];
  latency?: Record<string, number>;
}
const ticket = (queue: Queue, id: string, { mu = 25, roles, latency = {}, ...facts }: Some = {}) =>
  ticketOf(queue, {
    id,
    waitedS: 0,
    properties: {},
    ...facts,
    players: [mu].flat().map((rating, n) => ({
      id: `${id}${n}`,
      mu: rating,
      sigma: 8,
      roles: roles?.[n] ?? [],
      latency,
    })),
  });
const matched = (queue: Queue, tickets: [string, Some?][], more: object = {}) =>
  propose(queue, { tickets: tickets.map(([id, some]) => ticket(queue, id, some)), ...more })
    .map(({ tickets: ids }) => ids.join(""))
    .sort();

it("matches the nearest ratings, and who is too far waits until the range is wide enough", () => {
  const queue = defineQueue("duel", { ...duel, widen: { from: 2, perSecond: 0.1, most: 5, aloneS: 1e6 } });
  expect(
    matched(queue, [
      ["a", { mu: 20, waitedS: 1 }],
      ["b", { mu: 23 }],
      ["c", { mu: 21.5 }],
      ["d", { mu: 30 }],
    ]),
  ).toEqual(["ac"]);
  const apart = (waitedS: number): [string, Some][] => [
    ["a", { mu: 20, waitedS }],
    ["b", { mu: 24, waitedS }],
  ];
  expect(matched(queue, apart(19))).toEqual([]);
  expect(matched(queue, apart(20))).toEqual(["ab"]);
  // `most` bounds it, however long they wait.
  expect(
    matched(queue, [
      ["a", { mu: 20, waitedS: 9e9 }],
      ["b", { mu: 25.1, waitedS: 9e9 }],
    ]),
  ).toEqual([]);
  // One who has just come is not taken by one who waits, until that one has waited for `aloneS`.
  const late: [string, Some][] = [
    ["a", { mu: 20, waitedS: 30 }],
    ["b", { mu: 24 }],
  ];
  expect(matched(queue, late)).toEqual([]);
  const alone = defineQueue("duel", { ...duel, widen: { from: 2, perSecond: 0.1, most: 5, aloneS: 30 } });
  expect(matched(alone, late)).toEqual(["ab"]);
});

it("gives the same for the same tickets in any order, and no ticket to two matches", () => {
  const queue = defineQueue("pairs", pairs);
  const random = seeded(7);
  const tickets = Array.from({ length: 400 }, (_, n) =>
    ticket(queue, `t${n}`, { mu: 15 + 20 * random(), waitedS: Math.floor(60 * random()) }),
  );
  const first = propose(queue, { tickets });
  expect(first.length).toBeGreaterThan(80);
  const ids = first.flatMap((one) => one.tickets);
  expect(new Set(ids).size).toBe(ids.length);
  const shuffled = [...tickets].sort(
    (a, b) => ((a.id.length * 7 + a.waitedS) % 13) - ((b.id.length * 7 + b.waitedS) % 13),
  );
  expect(propose(queue, { tickets: shuffled })).toEqual(first);
  // Of each pass a bounded number is sought for.
  expect(propose(queue, { tickets, anchorsMax: 5 }).length).toBeLessThanOrEqual(5);
});

it("keeps parties whole and in one team, and makes the sides even", () => {
  const queue = defineQueue("pairs", pairs);
  const [match] = propose(queue, {
    tickets: [
      ticket(queue, "p", { mu: [26, 24] }),
      ticket(queue, "a", { mu: 25 }),
      ticket(queue, "b", { mu: 25 }),
    ],
  });
  expect(
    match?.teams
      .map((team) =>
        team
          .map((seat) => seat.ticket)
          .sort()
          .join(""),
      )
      .sort(),
  ).toEqual(["ab", "pp"]);
  // Two parties and one: nobody is left to part.
  expect(matched(queue, [["p", { mu: [25, 25] }], ["a"]])).toEqual([]);
  // Three of two make no two teams of three.
  const threes = defineQueue("threes", { game: "arena", teams: [{ size: 3 }, { size: 3 }] });
  expect(
    matched(threes, [
      ["p", { mu: [25, 25] }],
      ["q", { mu: [25, 25] }],
      ["r", { mu: [25, 25] }],
    ]),
  ).toEqual([]);
  const [even] = propose(queue, {
    tickets: [24, 24.5, 25.5, 26].map((mu, n) => ticket(queue, `t${n}`, { mu })),
  });
  expect(even?.teams.map((team) => team.map((seat) => seat.ticket).sort()).sort()).toEqual([
    ["t0", "t3"],
    ["t1", "t2"],
  ]);
  expect(even?.difference).toBe(0);
});

it("gives each team its roles, by who offers them", () => {
  const queue = defineQueue("raid", {
    game: "cave",
    teams: [{ size: 3, roles: { tank: 1, healer: 1 } }],
  });
  const [match] = propose(queue, {
    tickets: [
      ticket(queue, "t", { roles: [["tank", "healer"]] }),
      ticket(queue, "h", { roles: [["tank"]] }),
      ticket(queue, "x", { roles: [["healer"]] }),
    ],
  });
  const roleOf = new Map(match?.teams.flat().map((seat) => [seat.ticket, seat.role]));
  expect([...roleOf.values()].sort()).toEqual(["healer", "tank", null].sort());
  expect(roleOf.get("h")).not.toBe("healer");
  expect(roleOf.get("x")).not.toBe("tank");
  // Nobody heals.
  expect(
    matched(queue, [
      ["a", { roles: [["tank"]] }],
      ["b", { roles: [["tank"]] }],
      ["c", { roles: [["tank"]] }],
    ]),
  ).toEqual([]);
  // The healer is farther than others, and is taken for what nobody else offers.
  expect(
    matched(queue, [
      ["a", { roles: [["tank"]], waitedS: 9 }],
      ["b", { roles: [["tank"]] }],
      ["c", { roles: [["tank"]] }],
      ["d", { roles: [["healer"]], mu: 26 }],
    ]),
  ).toEqual(["abd"]);
});

it("puts nobody into a team with whom they are to be apart from, though they may be opponents", () => {
  const queue = defineQueue("pairs", pairs);
  const apart = (a: string, b: string) => ["a0 b0", "b0 a0"].includes(`${a} ${b}`);
  const tickets = ["a", "b", "c", "d"].map((id, n) =>
    ticket(queue, id, { mu: [20, 30, 20.1, 29.9][n] as number, waitedS: 300 }),
  );
  const teamsOf = (more: object) =>
    propose(queue, { tickets, ...more })[0]
      ?.teams.map((team) =>
        team
          .map((seat) => seat.ticket)
          .sort()
          .join(""),
      )
      .sort();
  expect(teamsOf({})).toEqual(["ab", "cd"]);
  expect(teamsOf({ apart })).toEqual(["ad", "bc"]);
  const coop = defineQueue("coop", { game: "cave", teams: [{ size: 2 }] });
  expect(matched(coop, [["a"], ["b"]], { apart })).toEqual([]);
  expect(matched(coop, [["a"], ["b"], ["c"]], { apart })).toHaveLength(1);
});

it("matches by properties: the same, one that all take, and numbers that are near", () => {
  const queue = defineQueue("duel", {
    ...duel,
    properties: {
      mode: { kind: "same", values: ["fast", "slow"] },
      map: { kind: "any", values: ["hills", "docks", "mine"] },
      level: { kind: "near", min: 1, max: 100, within: 5, perSecond: 1 },
    },
  });
  const of = (mode: string, map: string[], level: number, waitedS = 0) => ({
    waitedS,
    properties: readProperties(queue, { mode, map, level }),
  });
  expect(
    matched(queue, [
      ["a", of("fast", ["hills"], 9)],
      ["b", of("slow", ["hills"], 9)],
    ]),
  ).toEqual([]);
  expect(
    matched(queue, [
      ["a", of("fast", ["hills"], 9)],
      ["b", of("fast", ["docks"], 9)],
    ]),
  ).toEqual([]);
  expect(
    matched(queue, [
      ["a", of("fast", ["hills"], 9)],
      ["b", of("fast", ["hills"], 15)],
    ]),
  ).toEqual([]);
  expect(
    matched(queue, [
      ["a", of("fast", ["hills"], 9, 1)],
      ["b", of("fast", ["hills"], 15, 1)],
    ]),
  ).toEqual(["ab"]);
  // Three of whom each two have a map, and all have none.
  const coop = defineQueue("coop", {
    game: "cave",
    teams: [{ size: 3 }],
    properties: { map: { kind: "any", values: ["x", "y", "z"] } },
  });
  const takes = (...map: string[]) => ({ properties: { map } });
  expect(
    matched(coop, [
      ["a", takes("x", "y")],
      ["b", takes("y", "z")],
      ["c", takes("x", "z")],
    ]),
  ).toEqual([]);
  const [match] = propose(coop, {
    tickets: [
      ["a", "x", "y"],
      ["b", "y", "z"],
      ["c", "y"],
    ].map(([id = "", ...map]) => ticket(coop, id, takes(...map))),
  });
  expect(match?.properties).toEqual({ map: "y" });
});

it("chooses the region with the least worst latency, among those that all take by now", () => {
  const url = "https://example.org/ping";
  const queue = defineQueue("duel", {
    ...duel,
    regions: {
      list: [
        { name: "eu", url },
        { name: "us", url },
        { name: "asia", url },
      ],
      fromMs: 50,
      perSecondMs: 10,
      mostMs: 200,
    },
  });
  const regionOf = (a: Record<string, number>, b: Record<string, number>, waitedS = 0) =>
    propose(queue, {
      tickets: [ticket(queue, "a", { latency: a, waitedS }), ticket(queue, "b", { latency: b, waitedS })],
    })[0]?.region;
  expect(regionOf({ eu: 10, us: 40 }, { eu: 45, us: 20 })).toBe("us");
  expect(regionOf({ eu: 10, us: 120 }, { eu: 120, us: 10 })).toBeUndefined();
  expect(regionOf({ eu: 10, us: 120 }, { eu: 119, us: 10 }, 8)).toBe("eu");
  expect(regionOf({ eu: 10, us: 250 }, { eu: 250, us: 10 }, 9e9)).toBeUndefined();
});

it("makes matches of more than two sides", () => {
  const queue = defineQueue("all", { game: "arena", teams: Array.from({ length: 5 }, () => ({ size: 1 })) });
  const [match] = propose(queue, {
    tickets: [1, 2, 3, 4, 5].map((n) => ticket(queue, `t${n}`, { mu: 25 + n / 10 })),
  });
  expect(match?.teams.map((team) => team.length)).toEqual([1, 1, 1, 1, 1]);
});

it("fills the free places of running matches first, and of those only what fits", () => {
  const queue = defineQueue("raid", {
    game: "cave",
    teams: [
      { size: 2, roles: { tank: 1 } },
      { size: 2, roles: { tank: 1 } },
    ],
    backfill: true,
  });
  const opening: Opening = {
    match: "m",
    same: "[]",
    any: [],
    near: [],
    region: undefined,
    rating: 25,
    teams: [
      { free: [1], players: ["x"] },
      { free: [], players: ["y", "z"] },
    ],
  };
  const fill = (tickets: [string, Some][], more: object = {}) =>
    propose(queue, {
      tickets: tickets.map(([id, some]) => ticket(queue, id, some)),
      openings: [opening],
      ...more,
    }).filter(({ match }) => match === "m");
  expect(fill([["a", { roles: [["tank"]] }]])).toMatchObject([
    { tickets: ["a"], teams: [[{ player: "a0", role: "tank" }], []] },
  ]);
  expect(fill([["a", { roles: [[]] }]])).toEqual([]);
  expect(fill([["a", { roles: [["tank"], ["tank"]], mu: [25, 25] }]])).toEqual([]);
  expect(fill([["a", { roles: [["tank"]], mu: 30 }]])).toEqual([]);
  expect(
    fill([["a", { roles: [["tank"]] }]], { apart: (a: string, b: string) => a === "a0" && b === "x" }),
  ).toEqual([]);
});

it("rates two sides and more, draws too, and refuses what would be no number", () => {
  const even = { mu: 25, sigma: 8 };
  const [[won], [lost]] = rateMatch([
    { rank: 1, ratings: [even] },
    { rank: 2, ratings: [even] },
  ]) as [[typeof even], [typeof even]];
  expect(won.mu).toBeGreaterThan(25);
  expect(lost.mu).toBeLessThan(25);
  expect(won.sigma).toBeLessThan(8);
  const [[a], [b]] = rateMatch([
    { rank: 1, ratings: [{ mu: 30, sigma: 4 }] },
    { rank: 1, ratings: [{ mu: 20, sigma: 4 }] },
  ]) as [[typeof even], [typeof even]];
  expect(a.mu).toBeLessThan(30);
  expect(b.mu).toBeGreaterThan(20);
  const three = rateMatch([2, 1, 3].map((rank) => ({ rank, ratings: [even, even] })));
  const [middle, best, last] = three.map(([one]) => one?.mu ?? 0) as [number, number, number];
  expect([best > middle, middle > last]).toEqual([true, true]);
  expect(winChances([[even], [even]])).toEqual([0.5, 0.5]);
  const bad = (sides: Parameters<typeof rateMatch>[0]) => expect(() => rateMatch(sides)).toThrow();
  bad([{ rank: 1, ratings: [even] }]);
  bad([
    { rank: 1, ratings: [even] },
    { rank: 2, ratings: [] },
  ]);
  bad([
    { rank: 1, ratings: [even] },
    { rank: Number.NaN, ratings: [even] },
  ]);
  bad([
    { rank: 1, ratings: [even] },
    { rank: 2, ratings: [{ mu: 25 } as typeof even] },
  ]);
});

it("lets penalties grow, and forgets them with time", () => {
  const rules = { firstS: 60, mostS: 200, forgetS: 3600 };
  expect(penalize(undefined, 0, rules)).toEqual({ declined: 1, untilMs: 60_000 });
  expect(penalize({ declined: 1, atMs: 0 }, 1_000, rules)).toEqual({ declined: 2, untilMs: 121_000 });
  expect(penalize({ declined: 9, atMs: 0 }, 0, rules).untilMs).toBe(200_000);
  expect(remembered({ declined: 3, atMs: 0 }, 2 * 3_600_000, rules)).toBe(1);
  expect(remembered({ declined: 3, atMs: 0 }, 99 * 3_600_000, rules)).toBe(0);
  expect(remembered({ declined: 3, atMs: 5_000 }, 0, rules)).toBe(3);
});

it("tells how long the wait goes on by those who waited as long already", () => {
  expect(estimateWait([10, 20, 30, 40, 50], 0)).toBe(30);
  expect(estimateWait([10, 20, 30, 40, 50], 25)).toBe(15);
  expect(estimateWait([10, 20, 30], 15)).toBeUndefined();
});

it("names what a ticket may not say", () => {
  const url = "https://example.org/ping";
  const queue = defineQueue("raid", {
    game: "cave",
    teams: [{ size: 2, roles: { tank: 1 } }],
    properties: {
      mode: { kind: "same", values: ["fast", 2, true] },
      map: { kind: "any", values: ["hills"] },
      level: { kind: "near", min: 1, max: 9, within: 1 },
    },
    regions: { list: [{ name: "eu", url }] },
  });
  for (const given of [
    { mode: null },
    { mode: ["fast"] },
    { mode: "2" },
    { mode: { fast: 1 } },
    { color: "red" },
    { toString: "x" },
    { map: [] },
    { map: "mine" },
    { map: [["hills"]] },
    { level: Number.NaN },
    { level: "5" },
    { level: 10 },
    { level: Number.POSITIVE_INFINITY },
  ] as Record<string, unknown>[])
    expect(() => readProperties(queue, given), JSON.stringify(given)).toThrow(
      expect.objectContaining({ code: "QUEUE_PROPERTY_INVALID" }),
    );
  expect(readProperties(queue, {})).toEqual({ mode: "fast", map: ["hills"], level: 1 });
  for (const roles of [["bard"], [], ["tank", "bard"]])
    expect(() => readRoles(queue, roles)).toThrow(expect.objectContaining({ code: "QUEUE_ROLE_UNKNOWN" }));
  expect(readRoles(queue, undefined)).toEqual(["tank"]);
  for (const latency of [
    undefined,
    {},
    { eu: Number.NaN },
    { eu: -1 },
    { eu: "9" },
    { eu: null },
    { mars: 9 },
  ])
    expect(() => readLatency(queue, latency)).toThrow(
      expect.objectContaining({ code: "QUEUE_LATENCY_INVALID" }),
    );
  for (const rules of [
    { teams: [] },
    { teams: [{ size: 1, roles: { tank: 2 } }] },
    { party: 3 },
    { teams: [{ size: 60 }, { size: 60 }] },
    { ready: { seconds: 0 } },
  ])
    expect(() => defineQueue("x", { game: "cave", teams: [{ size: 2 }], ...rules } as QueueRules)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
});

it("divides within a bounded number of tries", () => {
  const queue = defineQueue("big", { game: "arena", teams: Array.from({ length: 20 }, () => ({ size: 5 })) });
  const tickets = Array.from({ length: 100 }, (_, n) => ticket(queue, `t${n}`, { mu: 20 + (n % 10) }));
  const division = divide(
    queue.teams.map(({ size }) => ({ free: new Array<number>(size).fill(0) })),
    tickets,
    () => false,
  );
  expect(division?.teams.map((team) => team.tickets.length)).toEqual(new Array(20).fill(5));
  expect(division?.difference).toBeLessThan(1.5);
});
