import { parseArgs } from "node:util";
import { type BotOptions, type BotProgress, type BotReport, runBots } from "../../bots/index.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { DEFAULT_PORT } from "../../shared/internal.ts";
import type { Command } from "./command.ts";
import { loadMain } from "./start.ts";

const COUNT_MAX = 1000;

const help = `roomkeep bots <room> [options]

Fills a room of a running server with headless players: they sign in as guests, walk, chat, show emotes, and mark
themselves ready where a lobby asks for it. In a game without a world they play by its \`defineBots\`, if the command
is run in its project. Ctrl-C lets them leave.

  --count N        how many, 1-${COUNT_MAX}; default 20
  --url URL        the server; default http://127.0.0.1:${DEFAULT_PORT} (or the port in PORT)
  --code CODE      the room to join, by its code
  --seconds N      leave so many seconds after the last has joined
  --joins N        joins a second; default 20
  --seed N         same seed, same walks; default 1
  --json           no progress; one JSON object at the end:
                   { joined, failed, patches, bytes, chats, seconds, ticksHz, errors }

Ends with 1 when no bot could join.`;

/** `roomkeep bots`: a crowd to try a room with. */
export const command: Command = {
  summary: "fill a room with headless players that walk, chat and play",
  help,
  async run(args) {
    const { options, json } = readOptions(args);
    const stop = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
    // The SDK logs each try to reconnect; with --json the output is one object.
    if (json) console.info = console.warn = () => {};
    const report = await runBots({
      ...options,
      play: await botOf(options.room),
      signal: stop.signal,
      onProgress: json ? undefined : showProgress(options.count),
    });
    console.log(json ? JSON.stringify(round(report)) : summarize(report));
    process.exit(report.joined > 0 ? 0 : 1);
  },
};

/** The bot that the game of this project declares; undefined: it has none, or the project is another. */
async function botOf(room: string): Promise<BotOptions["play"]> {
  const main = await loadMain().catch(() => undefined);
  return main?.games[room]?.bots?.bot as BotOptions["play"];
}

function readOptions(args: string[]): { options: BotOptions; json: boolean } {
  const text = { type: "string" } as const;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        count: text,
        url: text,
        code: text,
        seconds: text,
        joins: text,
        seed: text,
        json: { type: "boolean", default: false },
      },
    });
    const [room, ...rest] = positionals;
    if (!room || rest.length > 0) throw new Error("name one room, for example: roomkeep bots plaza");
    const options = {
      room,
      url: new URL(values.url ?? `http://127.0.0.1:${process.env.PORT || DEFAULT_PORT}`).origin,
      code: values.code?.toUpperCase(),
      count: number("count", values.count ?? "20", 1, COUNT_MAX, true),
      seconds:
        values.seconds === undefined ? undefined : number("seconds", values.seconds, 0.1, 1_000_000, false),
      joinsPerSecond: number("joins", values.joins ?? "20", 0.1, 1000, false),
      seed: number("seed", values.seed ?? "1", 0, 2 ** 31, true),
    };
    return { options, json: values.json };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RoomkeepError("CONFIG_INVALID", `${why}\nroomkeep bots --help tells more.`, { cause });
  }
}

function number(name: string, value: string, low: number, high: number, whole: boolean): number {
  const given = Number(value);
  const fits = value.trim() !== "" && given >= low && given <= high && (!whole || Number.isInteger(given));
  if (!fits)
    throw new Error(`--${name} takes ${whole ? "a whole number" : "a number"} from ${low} to ${high}`);
  return given;
}

/** On a terminal one line is overwritten each second; elsewhere a line is added every ten seconds. */
function showProgress(count: number): (progress: BotProgress) => void {
  let before = { patches: 0, bytes: 0, seconds: 0 };
  let lines = 0;
  return (progress) => {
    const dt = Math.max(progress.seconds - before.seconds, 0.001);
    const patches = Math.round((progress.patches - before.patches) / dt);
    const kB = ((progress.bytes - before.bytes) / dt / 1000).toFixed(1);
    before = progress;
    const line = `  ${progress.joined}/${count} in, ${patches} patches/s, ${kB} kB/s, ${progress.chats} chat lines, ${progress.failed} errors`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
    else if (lines++ % 10 === 0) console.log(line);
  };
}

function summarize(report: BotReport): string {
  const { joined, failed, patches, bytes, chats, seconds, ticksHz, errors } = round(report);
  const lines = [
    "",
    `  ${joined} bots for ${seconds} s: ${patches} patches, ${(bytes / 1000).toFixed(0)} kB, ${chats} chat lines`,
    `  tick rate of the room, measured by the bots: ${ticksHz} Hz`,
  ];
  if (failed > 0) lines.push(`  ${failed} failed:`);
  for (const [why, count] of Object.entries(errors)) lines.push(`    ${count} x ${why}`);
  return lines.join("\n");
}

function round(report: BotReport): BotReport {
  return {
    ...report,
    seconds: Math.round(report.seconds * 10) / 10,
    ticksHz: Math.round(report.ticksHz * 100) / 100,
  };
}
