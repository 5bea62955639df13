import { join } from "node:path";
import { parseArgs } from "node:util";
import { ask, child, finish, heard, median, publishedChild, round, sleep } from "../children.ts";
import { publish } from "../published.ts";

export const help = `[--pads 100] [--question 5] [--seconds 30] [--rooms 1000] [--idle 10] [--spectators 100] [--delay 0] [--repeats 3] [--json]

Party games beside Colyseus alone, in the same run: a quiz with so many pads, the real SDK, at a question every so many
seconds, and so many tables of cards at rest. The server runs as it is published, on core 0, the pads on core 1; repeats
are interleaved, medians told. Then the same quiz of ours with so many spectators beside the pads, whose picture is as
old as --delay says, seconds.

JSON: ratios.cpuOverBare (CPU a second), ratios.bytesOverBare (bytes a pad), idle.kBRoomOverBare (memory in use that a
room at rest takes more than a bare one), idle.cpuPct (of a core, by all rooms at rest together); spectators.cpuMsS and
spectators.bytesS (what one spectator costs a second), padCpuMsS and padBytesS (what one pad does).`;

type System = "ours" | "bare";
const SYSTEMS: readonly System[] = ["bare", "ours"];

/** A quiz under load. */
interface QuizRow {
  /** CPU milliseconds of the server a second. */
  readonly cpuMsS: number;
  readonly bytesPadS: number;
  readonly messagesPadS: number;
  /** Answers that all pads sent in a second. */
  readonly answersS: number;
  readonly bytesSpectatorS: number;
}

/** Rooms at rest. */
interface IdleRow {
  readonly kBRoom: number;
  readonly cpuPct: number;
}

interface Wanted {
  readonly pads: number;
  readonly questionS: number;
  readonly seconds: number;
  readonly rooms: number;
  readonly idleS: number;
  readonly spectators: number;
  readonly delayS: number;
  /** Folder of the compiled server. */
  readonly built: string;
}

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pads: { type: "string", default: "100" },
      question: { type: "string", default: "5" },
      seconds: { type: "string", default: "30" },
      rooms: { type: "string", default: "1000" },
      idle: { type: "string", default: "10" },
      spectators: { type: "string", default: "100" },
      delay: { type: "string", default: "0" },
      repeats: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
    },
  });
  const wanted: Wanted = {
    pads: Number(values.pads),
    questionS: Number(values.question),
    seconds: Number(values.seconds),
    rooms: Number(values.rooms),
    idleS: Number(values.idle),
    spectators: Number(values.spectators),
    delayS: Number(values.delay),
    built: await publish(),
  };
  const quiz: Record<System, QuizRow[]> = { ours: [], bare: [] };
  const rest: Record<System, IdleRow[]> = { ours: [], bare: [] };
  const watched: QuizRow[] = [];
  for (let repeat = 1; repeat <= Number(values.repeats); repeat++) {
    for (const system of SYSTEMS) {
      const row = await playQuiz(system, wanted);
      const idle = await restRooms(system, wanted);
      quiz[system].push(row);
      rest[system].push(idle);
      console.error(
        `${system} #${repeat}: ${round(row.cpuMsS)} ms of CPU a second, ${round(row.bytesPadS)} bytes a pad and second, ` +
          `at rest ${round(idle.kBRoom)} kB a room and ${round(idle.cpuPct)} % of a core`,
      );
    }
    if (wanted.spectators === 0) continue;
    const row = await playQuiz("ours", wanted, wanted.spectators);
    watched.push(row);
    console.error(
      `watched #${repeat}: ${round(row.cpuMsS)} ms of CPU a second, ` +
        `${round(row.bytesSpectatorS)} bytes a spectator and second`,
    );
  }
  const result = resultOf(wanted, quiz, rest, watched);
  if (values.json) console.log(JSON.stringify(result));
  else console.dir(result, { depth: 5 });
}

const serverOf = ({ built }: Wanted, flags: readonly string[], ...args: readonly string[]) =>
  publishedChild(0, flags, join(built, "bench/party/party-server.js"), args);

async function playQuiz(system: System, wanted: Wanted, spectators = 0): Promise<QuizRow> {
  const { pads, questionS, seconds, delayS } = wanted;
  const server = serverOf(wanted, [], system, String(questionS), String(delayS));
  let clients: ReturnType<typeof child> | undefined;
  let watching: ReturnType<typeof child> | undefined;
  try {
    const { port } = await heard<{ port: number }>(server, "port", 60_000);
    const { quiz } = await ask<{ quiz: string }>(server, "quiz");
    clients = child(1, [], "party/party-pads.ts", [port, pads, quiz, questionS].map(String));
    await heard(clients, "ready", 60_000);
    await ask(clients, "join", "joined", 120_000);
    if (spectators > 0) {
      const how = [port, spectators, quiz, questionS, "spectator"].map(String);
      watching = child(1, [], "party/party-pads.ts", how);
      await heard(watching, "ready", 60_000);
      await ask(watching, "join", "joined", 120_000);
      // From now on they are sent as much as they will be.
      await sleep(delayS * 1_000);
    }
    // The first question is over, and the code is compiled.
    await sleep(questionS * 1_000);
    await Promise.all([server, clients, watching].map((one) => one && ask(one, "begin")));
    await sleep(seconds * 1_000);
    type Used = { end: { cpuMs: number; tookMs: number } };
    type Counted = { pads: { bytes: number; messages: number; answers: number; open: number } };
    const [{ end }, { pads: counted }] = await Promise.all([
      ask<Used>(server, "end"),
      ask<Counted>(clients, "end", "pads"),
    ]);
    const seen = watching && (await ask<Counted>(watching, "end", "pads")).pads;
    if (seen && seen.open < spectators) throw new Error("spectators lost their connection");
    if (counted.open < pads) throw new Error(`${pads - counted.open} pads lost their connection`);
    const tookS = end.tookMs / 1_000;
    return {
      cpuMsS: end.cpuMs / tookS,
      bytesPadS: counted.bytes / pads / tookS,
      messagesPadS: counted.messages / pads / tookS,
      answersS: counted.answers / tookS,
      bytesSpectatorS: seen ? seen.bytes / spectators / tookS : 0,
    };
  } finally {
    for (const one of [watching, clients, server]) await finish(one);
  }
}

async function restRooms(system: System, wanted: Wanted): Promise<IdleRow> {
  const { rooms, idleS } = wanted;
  const server = serverOf(wanted, ["--expose-gc"], system);
  try {
    await heard(server, "port", 60_000);
    // The first room loads what all of them share.
    await ask(server, "rest 1", "rest");
    const { rest: kB } = await ask<{ rest: number }>(server, `rest ${rooms}`, "rest");
    await sleep(2_000);
    await ask(server, "begin");
    await sleep(idleS * 1_000);
    const { end } = await ask<{ end: { cpuMs: number; tookMs: number } }>(server, "end");
    return { kBRoom: kB / rooms, cpuPct: (100 * end.cpuMs) / end.tookMs };
  } finally {
    await finish(server);
  }
}

function resultOf(
  { built: _, ...wanted }: Wanted,
  quiz: Record<System, QuizRow[]>,
  rest: Record<System, IdleRow[]>,
  watched: readonly QuizRow[],
) {
  const of = <R extends object>(rows: readonly R[]): R => {
    const keys = Object.keys(rows[0] ?? {}) as (keyof R)[];
    return Object.fromEntries(
      keys.map((key) => [key, round(median(rows.map((row) => row[key] as number)))]),
    ) as R;
  };
  const [ours, bare] = [of(quiz.ours), of(quiz.bare)];
  const seen = watched.length > 0 ? of(watched) : undefined;
  const [oursIdle, bareIdle] = [of(rest.ours), of(rest.bare)];
  return {
    bench: "party",
    ...wanted,
    node: process.version,
    systems: { ours, bare },
    ...(seen && {
      spectators: {
        cpuMsS: round((seen.cpuMsS - ours.cpuMsS) / wanted.spectators),
        bytesS: seen.bytesSpectatorS,
        padCpuMsS: round(ours.cpuMsS / wanted.pads),
        padBytesS: ours.bytesPadS,
      },
    }),
    ratios: {
      cpuOverBare: round(ours.cpuMsS / bare.cpuMsS),
      bytesOverBare: round(ours.bytesPadS / bare.bytesPadS),
    },
    idle: {
      kBRoom: oursIdle.kBRoom,
      kBRoomBare: bareIdle.kBRoom,
      kBRoomOverBare: round(oursIdle.kBRoom - bareIdle.kBRoom),
      cpuPct: oursIdle.cpuPct,
      cpuPctBare: bareIdle.cpuPct,
    },
  };
}
