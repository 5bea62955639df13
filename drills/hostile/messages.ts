import { randomUUID } from "node:crypto";
import { TRADER_ID } from "../../games/meadow/trader.ts";
import type { Carrier } from "../../shared/index.ts";
import { joinAs, type TestPlayer } from "../../testing/player.ts";
import type { HostileCase } from "./case.ts";

/**
 * A player whose messages are hostile. Two malformed ones are sent by a connection, as the third closes it.
 */
export interface HostilePlayer {
  readonly characterId: string;
  readonly token: string;
  /** How the room answered a message. */
  ask(type: string, payload: Record<string, unknown>): Promise<string>;
  /** Id of a stack that it has. */
  readonly stack: string;
  sessionId(): string;
  stop(): void;
}

/** Malformed messages that a connection outlives. */
const STRIKES = 2;
const PATIENCE_MS = 10_000;

/** Joins the meadow, where there are things. */
export async function openHostilePlayer(url: string, name: string): Promise<HostilePlayer> {
  const first = await joinAs(url, "meadow", { name, follow: false });
  const { token, characterId } = first;
  let player = first;
  let strikes = 0;
  await player.until("what it has", () => (player.me() as Carrier).items.size > 0);
  const [stack = ""] = [...(player.me() as Carrier).items.keys()];
  async function fresh(): Promise<TestPlayer> {
    if (strikes < STRIKES && !player.closed.has(player.room.roomId)) return player;
    player.stop();
    strikes = 0;
    player = await joinAs(url, "meadow", { token, characterId, follow: false });
    return player;
  }
  return {
    characterId,
    token,
    stack,
    sessionId: () => player.room.sessionId,
    stop: () => player.stop(),
    async ask(type, payload) {
      const answer = await answerOf(await fresh(), type, payload);
      if (/MESSAGE_(INVALID|UNKNOWN)/.test(answer)) strikes += 1;
      return answer;
    },
  };
}

/** A booking is waited for; what the room has not answered when it answers a later ping, it has not taken. */
async function answerOf(player: TestPlayer, type: string, payload: Record<string, unknown>): Promise<string> {
  const before = new Map(
    ["refused", "booked", "console"].map((name) => [name, player.received.get(name)?.length ?? 0]),
  );
  const { roomId } = player.room;
  let heard = false;
  player.send(type, payload);
  player.room.ping(() => {
    heard = true;
  });
  const news = (name: string) =>
    (player.received.get(name) ?? []).slice(before.get(name)) as { type: string; code?: string }[];
  const told = () => [...news("refused"), ...news("booked")].find((one) => one.type === type);
  const isSlow = "request" in payload || type === "command";
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const answer = told();
    if (answer) return answer.code ? `refused ${answer.code}` : "booked";
    if (player.closed.has(roomId)) return `closed ${player.closed.get(roomId)}`;
    if (news("console").length > 0) return "done";
    if (heard && !isSlow) return "no word";
    await new Promise((done) => setTimeout(done, 5));
  }
  return "no answer";
}

const NUMBERS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  1e308,
  2 ** 53 + 1,
  -1,
  0,
  0.5,
];
const TEXTS = [
  "\ud800",
  "a\0b",
  "\u202egnihton",
  "<img src=x onerror=alert(1)>",
  "' OR 1=1 --",
  "x".repeat(300),
];

/** Values that are none, in messages that are sound otherwise. */
export function valueCases(player: HostilePlayer): HostileCase[] {
  const { stack } = player;
  const ask = (type: string, payload: Record<string, unknown>) =>
    player.ask(
      type,
      type.includes(".") || type === "revive" ? { request: randomUUID(), ...payload } : payload,
    );
  const quantities = (type: string, payload: object): HostileCase[] =>
    NUMBERS.map((qty) => ({
      name: `${type} of ${Object.is(qty, -0) ? "-0" : qty}`,
      send: async () => [await ask(type, { ...payload, qty })],
    }));
  return [
    ...quantities("item.drop", { id: stack }),
    ...quantities("shop.buy", { shop: TRADER_ID, template: "arrow" }),
    ...quantities("shop.sell", { shop: TRADER_ID, id: stack }),
    ...[Number.NaN, Number.POSITIVE_INFINITY, "1", null].map((yaw) => ({
      name: `a shot to ${yaw}`,
      send: async () => [await ask("shoot", { yaw, pitch: 0 })],
    })),
    ...TEXTS.map((text) => ({
      name: `an item whose id is ${JSON.stringify(text).slice(0, 20)}`,
      send: async () => [await ask("item.use", { id: text }), await ask("item.take", { actor: text })],
    })),
    ...TEXTS.map((text) => ({
      name: `a line of chat: ${JSON.stringify(text).slice(0, 20)}`,
      harmless: true,
      send: async () => [await player.ask("chat", { text })],
    })),
    { name: "a line of 64 KB", send: async () => [await player.ask("chat", { text: "x".repeat(65_536) })] },
    {
      name: "a payload of another shape",
      send: async () => [
        await ask("item.move", { id: stack, to: { bag: true } }),
        await ask("chat", { text: ["a"] }),
      ],
    },
    {
      name: "a type that nobody knows",
      send: async () => [await player.ask("__proto__", {}), await player.ask("constructor", {})],
    },
  ];
}

/** Sound messages that the rules forbid. `other`: somebody else, with things of its own. */
export function meaningCases(player: HostilePlayer, other: HostilePlayer): HostileCase[] {
  const ask = (type: string, payload: Record<string, unknown>, request: string = randomUUID()) =>
    player.ask(type, { request, ...payload });
  const free = (type: string, payload: Record<string, unknown>) => player.ask(type, payload);
  const many = (count: number, send: (n: number) => Promise<string>) => async () => {
    const answers: string[] = [];
    for (let n = 0; n < count; n++) answers.push(await send(n));
    return answers;
  };
  return [
    {
      name: "another's things",
      send: async () => [
        await ask("item.drop", { id: other.stack }),
        await ask("item.move", { id: other.stack, to: "equipment" }),
        await ask("item.use", { id: other.stack }),
        await ask("shop.sell", { shop: TRADER_ID, id: other.stack, qty: 1 }),
      ],
    },
    { name: "a trade with oneself", send: async () => [await free("trade.ask", { to: player.sessionId() })] },
    {
      name: "a trade that there is not",
      send: async () => [
        await free("trade.offer", {
          trade: randomUUID(),
          items: [
            { id: player.stack, qty: 1 },
            { id: player.stack, qty: 1 },
          ],
          coins: 0,
        }),
        await free("trade.agree", { trade: randomUUID(), version: 0 }),
        await free("trade.answer", { from: other.sessionId(), yes: true }),
      ],
    },
    {
      name: "more than one has",
      send: async () => [
        await ask("shop.buy", { shop: TRADER_ID, template: "longbow", qty: 2 ** 31 - 1 }),
        await ask("item.drop", { id: player.stack, qty: 2 ** 31 - 1 }),
        await ask("shop.buy", { shop: "avatar", template: "arrow", qty: 1 }),
        await ask("shop.buy", { shop: TRADER_ID, template: "__proto__", qty: 1 }),
      ],
    },
    { name: "fifty herbs that are not there", send: many(50, (n) => ask("pick", { id: `herb-${n}` })) },
    {
      name: "a corpse that is not there, twice",
      send: many(2, () => ask("item.take", { actor: "pile-1" }, "one and the same")),
    },
    { name: "getting up while alive", send: many(2, () => ask("revive", {})) },
    {
      name: "journeys that nobody began",
      harmless: true,
      send: async () => [await free("travel.back", {}), await free("travel.sibling", { code: "AAAA" })],
    },
    {
      name: "commands of an admin",
      send: many(3, (n) =>
        free("command", { line: ["/spawn rabbit 0 0", "/announce hello", "/kick Honest"][n] ?? "" }),
      ),
    },
  ];
}
