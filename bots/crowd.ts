import type { Room } from "colyseus.js";
import { BUTTON, seeded, TICK_HZ, type WalkInput, type WorldState } from "../shared/index.ts";
import { EMOTES } from "../shared/internal.ts";
import { enterRoom } from "./enter-room.ts";
import { type PlaySeat, playSeat } from "./seat-player.ts";
import { signIn } from "./sign-in.ts";

/** Options of a crowd of bots: into which rooms, how many, how fast they join, and when they leave. */
export interface BotOptions {
  /** Address of the server, e.g. http://127.0.0.1:2567 */
  url: string;
  /** Name of the game whose rooms they fill. */
  room: string;
  /** Number of bots, 1–1000. */
  count: number;
  /** Code of the one room to join; without it matchmaking chooses. */
  code?: string;
  /** Joins a second; default 20. */
  joinsPerSecond?: number;
  /** Seconds after the last join at which they leave; without it they stay until the signal. */
  seconds?: number;
  /** Makes all bots leave. */
  signal?: AbortSignal;
  /** Seed of the random walks; default 1. */
  seed?: number;
  /**
   * How the bots play in seats of a game without a world: the `bot` of its `defineBots`. Without it they only
   * mark themselves ready.
   */
  play?: PlaySeat | undefined;
  /** Called once a second. */
  onProgress?(progress: BotProgress): void;
}

/** Counts of a crowd of bots so far: how many joined or failed, and what arrived at them. */
export interface BotProgress {
  joined: number;
  /** Joins that were refused, or connections that were lost for good. */
  failed: number;
  /** State patches that arrived, of all bots together. */
  patches: number;
  /** Bytes that arrived, of all bots together. */
  bytes: number;
  /** Chat lines that arrived at the first bot of each room, so that a line counts once. */
  chats: number;
  /** Since the start of the crowd. */
  seconds: number;
}

/** Final counts of a crowd of bots. */
export interface BotReport extends BotProgress {
  /** Tick rate of the room in Hz: patches a second by the room's clock, median of all bots. */
  ticksHz: number;
  /** Why joins failed, with their counts. */
  errors: Record<string, number>;
}

/** One bot: a client of the real SDK, and the state of its random walk. */
interface Bot {
  readonly room: Room<unknown, WorldState>;
  /** Undefined until the first frame in a world. */
  input: { data: WalkInput; send(): number } | undefined;
  readonly random: () => number;
  patches: number;
  firstAt: number;
  lastAt: number;
  gone: boolean;
  headingRad: number;
  /** Frames until the next change of direction, chat line and emote. */
  untilTurn: number;
  untilChat: number;
  untilEmote: number;
  pace: "stand" | "walk" | "run";
}

const LINES = ["hello!", "nice here", "who pushed that?", "over here", "wait for me", "haha", "brb"] as const;
const NAMES = ["Pip", "Moss", "Juno", "Kit", "Wren", "Odd", "Bo", "Fern", "Tam", "Ives"] as const;

/**
 * Fills a room with headless players that sign in as guests, walk, chat, show emotes and mark themselves
 * ready where a lobby asks for it. Resolves when all have left.
 *
 * @example
 * const report = await runBots({ url: server.url, room: "yard", count: 20, seconds: 10 });
 */
export async function runBots(options: BotOptions): Promise<BotReport> {
  const { count, joinsPerSecond = 20, seed = 1, signal } = options;
  const startedAt = performance.now();
  const crowd = openCrowd(startedAt);
  const ended = until(signal);
  const progress = setInterval(() => options.onProgress?.(crowd.progress()), 1000);
  const frames = setInterval(crowd.frame, 1000 / TICK_HZ);
  try {
    const joins: Promise<void>[] = [];
    for (let index = 0; index < count && !ended.is; index++) {
      joins.push(crowd.add(options, index, seeded(seed * 7919 + index)));
      await Promise.race([ended.promise, pause(1000 / joinsPerSecond)]);
    }
    await Promise.allSettled(joins);
    if (crowd.progress().joined > 0) await ended.after(options.seconds);
    return crowd.report();
  } finally {
    clearInterval(progress);
    clearInterval(frames);
    ended.stop();
    await crowd.leave();
  }
}

function openCrowd(startedAt: number) {
  const bots: Bot[] = [];
  const errors: Record<string, number> = {};
  let failed = 0;
  let bytes = 0;
  let chats = 0;
  const fail = (why: string) => {
    failed++;
    errors[why] = (errors[why] ?? 0) + 1;
  };
  const progress = (): BotProgress => ({
    joined: bots.filter((bot) => !bot.gone).length,
    failed,
    patches: bots.reduce((sum, bot) => sum + bot.patches, 0),
    bytes,
    chats,
    seconds: (performance.now() - startedAt) / 1000,
  });
  return {
    progress,
    frame() {
      for (const bot of bots) if (!bot.gone && bot.room.connection.isOpen) act(bot);
    },
    async add({ url, room: game, code, play }: BotOptions, index: number, random: () => number) {
      try {
        const who = {
          name: `${NAMES[index % NAMES.length]} ${index + 1}`,
          color: index % 10,
          shape: index % 4,
        };
        const { token } = await signIn(url, who);
        const room = await enterRoom(url, game, token, { code });
        const firstOfRoom = !bots.some((bot) => bot.room.roomId === room.roomId);
        const bot = makeBot(room, random);
        bots.push(bot);
        playSeat(room, play, random);
        countBytes(room, (size) => {
          bytes += size;
        });
        room.onStateChange(() => notePatch(bot));
        room.onMessage("*", (type: string | number) => {
          if (type === "chat" && firstOfRoom) chats++;
        });
        room.onLeave((closeCode) => {
          if (!bot.gone) fail(`closed with ${closeCode}`);
          bot.gone = true;
        });
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    },
    report: (): BotReport => ({ ...progress(), ticksHz: median(bots.map(ticksHzOf)), errors }),
    async leave() {
      for (const bot of bots) {
        bot.gone = true;
        bot.room.reconnection.enabled = false;
      }
      // A server that is gone does not answer: the sockets are closed after 2 s in any case.
      await Promise.race([Promise.allSettled(bots.map((bot) => bot.room.leave())), pause(2_000)]);
      for (const bot of bots) bot.room.connection.close();
    },
  };
}

function makeBot(room: Room<unknown, WorldState>, random: () => number): Bot {
  return {
    room,
    input: undefined,
    random,
    patches: 0,
    firstAt: 0,
    lastAt: 0,
    gone: false,
    headingRad: random() * Math.PI * 2,
    untilTurn: 0,
    untilChat: Math.round((1 + random() * 7) * TICK_HZ),
    untilEmote: Math.round((1 + random() * 9) * TICK_HZ),
    pace: "walk",
  };
}

/** Sends one input frame of a bot, and now and then turns, chats or shows an emote. */
function act(bot: Bot): void {
  const { random, room } = bot;
  // Between the join and its first state there is nothing to read; and a game without a world has no actors.
  if (!room.state?.actors) return;
  bot.input ??= room.input() as unknown as Exclude<Bot["input"], undefined>;
  const { input } = bot;
  if (--bot.untilTurn <= 0) {
    turn(bot);
    markReady(room);
  }
  const strength = bot.pace === "stand" ? 0 : 127;
  const jump = bot.pace !== "stand" && random() < 0.01 ? BUTTON.jump : 0;
  input.data.moveX = Math.round(Math.sin(bot.headingRad) * strength);
  input.data.moveZ = Math.round(Math.cos(bot.headingRad) * strength);
  input.data.buttons = (bot.pace === "run" ? BUTTON.run : 0) | jump;
  input.send();
  if (--bot.untilChat <= 0) {
    bot.untilChat = Math.round((8 + random() * 16) * TICK_HZ);
    room.send("chat", { text: pick(LINES, random) });
  }
  if (--bot.untilEmote <= 0) {
    bot.untilEmote = Math.round((4 + random() * 10) * TICK_HZ);
    room.send("emote", { emote: Math.floor(random() * (EMOTES.length + 1)) });
  }
}

function turn(bot: Bot): void {
  const chance = bot.random();
  bot.pace = chance < 0.2 ? "stand" : chance < 0.75 ? "walk" : "run";
  bot.headingRad += (bot.random() - 0.5) * Math.PI * 1.5;
  bot.untilTurn = Math.round((0.5 + bot.random() * 2.5) * TICK_HZ);
}

/** Marks the bot ready where the game has a lobby: a `phase`, and a `ready` of each avatar. */
function markReady(room: Room<unknown, WorldState>): void {
  const { phase, actors } = room.state as Partial<WorldState> & { phase?: string };
  const own = actors?.get(room.sessionId) as { ready?: boolean } | undefined;
  if (phase === "lobby" && own?.ready === false) room.send("ready", { ready: true });
}

function notePatch(bot: Bot): void {
  const at = bot.room.clock.lastServerTime();
  if (at === bot.lastAt) return; // the full state of a join or a return
  if (bot.firstAt === 0) bot.firstAt = at;
  else bot.patches++;
  bot.lastAt = at;
}

const ticksHzOf = ({ patches, firstAt, lastAt }: Bot) =>
  lastAt > firstAt ? (patches * 1000) / (lastAt - firstAt) : 0;

/** Counts what arrives on the socket, before the SDK reads it. */
function countBytes(room: Room<unknown, WorldState>, add: (size: number) => void): void {
  const { events } = room.connection;
  const read = events.onmessage;
  events.onmessage = (event: MessageEvent) => {
    add((event.data as ArrayBuffer).byteLength);
    read?.(event);
  };
}

function until(signal: AbortSignal | undefined) {
  let timer: NodeJS.Timeout | undefined;
  let end = () => {};
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  if (signal?.aborted) end();
  signal?.addEventListener("abort", () => end(), { once: true });
  return {
    promise,
    get is() {
      return signal?.aborted ?? false;
    },
    async after(seconds: number | undefined) {
      if (seconds !== undefined) timer = setTimeout(end, seconds * 1000);
      await promise;
    },
    stop: () => clearTimeout(timer),
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const pick = <T>(list: readonly T[], random: () => number): T =>
  list[Math.floor(random() * list.length)] as T;

function median(values: number[]): number {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
