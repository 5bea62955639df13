import { randomUUID } from "node:crypto";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { seeded } from "../../shared/random.ts";
import type { Actor } from "../../shared/world/actor.ts";
import { pause } from "../patience.ts";

/** Shortest and longest time after which a bot leaves and joins again, seconds. */
const STAY_S = [40, 160] as const;

/**
 * Bots with the real SDK that play the meadow until the time is over: they walk to herbs, items and animals,
 * pick, shoot, eat, drop and wave, go through portals, leave and join again. Resolves with the number of
 * their joins.
 */
export async function playBots(url: string, count: number, untilMs: number): Promise<number> {
  const joins = await Promise.all(Array.from({ length: count }, (_, n) => playBot(url, n, untilMs)));
  return joins.reduce((sum, one) => sum + one, 0);
}

async function playBot(url: string, n: number, untilMs: number): Promise<number> {
  const random = seeded(n + 1);
  let joins = 0;
  let token: string | undefined;
  while (performance.now() < untilMs - 3_000) {
    const stayMs = 1000 * (STAY_S[0] + random() * (STAY_S[1] - STAY_S[0]));
    const leaveAt = Math.min(untilMs, performance.now() + stayMs);
    let player: TestPlayer | undefined;
    try {
      player = await joinAs(url, "meadow", { name: `Bot ${n + 1}`, color: n % 10, token });
      joins += 1;
      token = player.token;
      while (performance.now() < leaveAt) await playOn(player, random);
      await player.leave();
    } catch {
      // The connection was lost or the machine is slow: it joins again.
      await pause(500);
    } finally {
      player?.stop();
    }
  }
  return joins;
}

/** A few seconds of a bot: it goes to a place and acts there. */
async function playOn(player: TestPlayer, random: () => number): Promise<void> {
  const me = player.me();
  const others = [...player.room.state.actors.entries()].filter(([, actor]) => actor !== me);
  const things = others.filter(([, { kind }]) => kind !== "avatar");
  const near = things.sort(([, a], [, b]) => awayFrom(me, a) - awayFrom(me, b)).slice(0, 8);
  const [id, goal] = near[Math.floor(random() * near.length)] ?? ["", undefined];
  const heading = goal ? Math.atan2(goal.x - me.x, goal.z - me.z) : random() * 6;
  const frames = goal ? Math.min(60, Math.max(2, Math.round(awayFrom(me, goal) * 4))) : 20;
  const held = { moveX: Math.round(Math.sin(heading) * 127), moveZ: Math.round(Math.cos(heading) * 127) };
  await player.walk({ ...held, run: random() < 0.4, jump: random() < 0.1 }, frames);
  for (const [chance, type, payload] of deeds(player, id, random)) {
    if (random() < chance) player.send(type, payload);
  }
}

const wish = () => randomUUID();

/** Id of an item in the bag of a bot; of a stranger's item where the bag is empty, which is refused. */
function anItem(me: object, random: () => number): string {
  const ids = [...((me as { items?: { keys(): Iterable<string> } }).items?.keys() ?? [])];
  return ids[Math.floor(random() * ids.length)] ?? randomUUID();
}

function deeds(player: TestPlayer, id: string, random: () => number): [number, string, object][] {
  const me = player.me();
  const target = player.room.state.actors.get(id);
  const yaw = target ? Math.atan2(target.x - me.x, target.z - me.z) : 0;
  const pitch = target ? Math.atan2(target.y + 0.5 - me.y - 1.35, awayFrom(me, target) || 1) : 0;
  return [
    [0.8, "pick", { request: wish(), id }],
    [0.3, "item.take", { request: wish(), actor: id }],
    [0.7, "shoot", { yaw, pitch }],
    [0.3, "item.use", { request: wish(), id: anItem(me, random) }],
    [0.1, "item.drop", { request: wish(), id: anItem(me, random), qty: 1 }],
    [0.5, "revive", { request: wish() }],
    [0.3, "emote", { emote: Math.floor(random() * 7) }],
    [0.1, "chat", { text: "hello" }],
  ];
}

const awayFrom = (a: Pick<Actor, "x" | "z">, b: Pick<Actor, "x" | "z">) => Math.hypot(a.x - b.x, a.z - b.z);
