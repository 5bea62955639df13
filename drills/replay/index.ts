import { spawn } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { inspect, parseArgs } from "node:util";
import type { WorldRoom } from "roomkeep/rooms";
import { openReplay, type Replay, type RerunResult, rerun } from "../../rooms/replay.ts";
import { openRecorder } from "../../rooms/simulation/recorder.ts";
import { seeded } from "../../shared/random.ts";
import { scriptArguments } from "../script-arguments.ts";
import { type WorldName, worlds } from "./worlds.ts";

export const help = `npm run drill -- replay [--file recording.jsonl [--from tick]] [--game plaza] [--minutes 10] [--bots 12]
                       [--hash 1] [--seed 1] [--browser] [--json]

With --file: runs a recording of a room again, from its beginning or from the last snapshot in it at or before --from,
and compares every hash in it. Without: lets bots play the game for so many minutes of its own time, as fast as it goes,
records it, and runs it again, whole and from a snapshot in its middle in a fresh process. With --browser, in real time:
a server process records its rooms (roomkeep start --record) while two people in a real Chromium and the bots, by the
real SDK, play the meadow; each recording is then run again twice here, and from its middle in a fresh process.

The last line of --json: ticks, compared, mismatches, hash. Ends with 1 on a mismatch.`;

/** Result of a replay drill that made its own recording. */
export interface ReplayResult {
  readonly drill: "replay";
  readonly ticks: number;
  readonly inputs: number;
  readonly chars: number;
  /** Hash of the world when the recording ended. */
  readonly hash: string;
  readonly whole: RerunResult;
  readonly fromMiddle: RerunResult;
  readonly mismatches: number;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      file: { type: "string" },
      from: { type: "string", default: "0" },
      game: { type: "string", default: "plaza" },
      minutes: { type: "string", default: "10" },
      bots: { type: "string", default: "12" },
      hash: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      browser: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const game = values.game as WorldName;
  const [minutes, bots] = [Number(values.minutes), Number(values.bots)];
  const tell = (line: string) => console.error(line);
  const result = values.file
    ? await rerunFile(values.file, game, Number(values.from))
    : values.browser
      ? await (await import("./replay-live.ts")).replayLive({ minutes, bots, tell })
      : await replay({
          game,
          minutes,
          bots,
          seed: Number(values.seed),
          hashEveryTicks: Number(values.hash),
          tell,
        });
  console.log(values.json ? JSON.stringify(result) : inspect(result, { depth: 4 }));
  const mismatches = typeof result.mismatches === "number" ? result.mismatches : result.mismatches.length;
  if (mismatches > 0) process.exitCode = 1;
}

/** The drill's arguments. */
export interface ReplayOptions {
  readonly game: WorldName;
  readonly minutes: number;
  readonly bots: number;
  readonly seed: number;
  readonly hashEveryTicks: number;
  tell(line: string): void;
}

/** Records bots at play and runs the recording again. */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { game, minutes, seed, hashEveryTicks, tell } = options;
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-replay-"));
  const file = join(folder, "recording.jsonl");
  try {
    const stage = await openReplay<WorldRoom>(worlds[game], { seed, game });
    const { tickHz } = stage.room;
    const ticks = Math.round(minutes * 60 * tickHz);
    const out = createWriteStream(file);
    const recorder = openRecorder({
      write: (line) => void out.write(line),
      hashEveryTicks,
      markEveryTicks: Math.max(1, Math.floor(ticks / 10)),
      maxChars: 1e9,
    });
    stage.room.record(recorder);
    const inputs = await play(stage, options, ticks);
    recorder.stop();
    await new Promise<void>((done) => out.end(done));
    const hash = stage.room.hash();
    tell(`recorded ${ticks} ticks, ${inputs} inputs, ${recorder.chars} characters; ${hash}`);
    const whole = await rerunFile(file, game, 0);
    tell(
      `whole: ${whole.ticks} ticks, ${whole.compared} compared, ${whole.mismatches.length} differ; ${whole.hash}`,
    );
    const fromMiddle = await rerunElsewhere(file, game, Math.floor(ticks / 2));
    tell(
      `from the middle, elsewhere: ${fromMiddle.ticks} ticks, ${fromMiddle.compared} compared; ${fromMiddle.hash}`,
    );
    const wrong = [whole, fromMiddle].filter((one) => one.hash !== hash).length;
    const mismatches = whole.mismatches.length + fromMiddle.mismatches.length + wrong;
    const { chars } = recorder;
    return { drill: "replay", ticks, inputs, chars, hash, whole, fromMiddle, mismatches };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Bots that walk, run, jump, push, wave, drop, leave and join again. Returns the number of their input
 * frames.
 */
async function play(stage: Replay, { bots, seed }: ReplayOptions, ticks: number): Promise<number> {
  const random = seeded(seed ^ 0x5eed);
  const held = new Map<string, { moveX: number; moveZ: number; buttons: number }>();
  let inputs = 0;
  const draw = () => Math.round(random() * 254 - 127);
  for (let tick = 0; tick < ticks; tick++) {
    const id = `bot-${Math.floor(random() * bots)}`;
    if (!held.has(id)) {
      stage.join(id, { name: id, color: tick % 10 });
      held.set(id, { moveX: 0, moveZ: 0, buttons: 0 });
    } else if (random() < 0.002) {
      stage.leave(id);
      held.delete(id);
    } else if (random() < 0.01) stage.away(id, random() < 0.5);
    else if (random() < 0.02) stage.message(id, "emote", { emote: Math.floor(random() * 7) });
    for (const [one, input] of held) {
      if (random() < 0.05)
        Object.assign(input, { moveX: draw(), moveZ: draw(), buttons: Math.floor(random() * 4) });
      if (random() < 0.03) continue; // a frame that came late
      stage.input(one, input);
      inputs += 1;
    }
    stage.tick();
    if (tick % 500 === 0) await new Promise((done) => setImmediate(done));
  }
  return inputs;
}

async function rerunFile(file: string, game: WorldName, from: number): Promise<RerunResult> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) lines.push(line);
  return rerun(worlds[game], lines, { from });
}

/** Runs it again in a process that has simulated nothing before. */
export function rerunElsewhere(file: string, game: string, from: number): Promise<RerunResult> {
  const index = fileURLToPath(new URL("../index.ts", import.meta.url));
  const args = ["replay", "--file", file, "--game", game, "--from", String(from), "--json"];
  const child = spawn(process.execPath, [...scriptArguments(index), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      try {
        resolve(JSON.parse(text.trim().split("\n").at(-1) ?? "") as RerunResult);
      } catch (cause) {
        reject(new Error(`the re-run answered ${text.slice(0, 200)}`, { cause }));
      }
    });
  });
}
