/**
 * A server of party rooms under load, without a database: `party-server.ts ours|bare QUESTION_S DELAY_S`.
 * Controlled by messages, and pinned by its parent to a core of its own. Ours is the quiz as it is, without a
 * screen; bare is the same game as one writes it with Colyseus alone: the same fields, messages and times.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalPresence, matchMaker, Server } from "@colyseus/core";
import { Encoder } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { CardsRoom } from "../../games/cards/room.ts";
import { readQuestions } from "../../games/quiz/questions.ts";
import { QuizRoom } from "../../games/quiz/room.ts";
import { defineGames } from "../../server/games.ts";
import { roomPorts } from "../room-ports.ts";
import { BareQuiz, BareTable } from "./bare-rooms.ts";

const [system = "ours", seconds = "5", delayS = "0"] = process.argv.slice(2);
Encoder.BUFFER_SIZE = 64 * 1024;

// Questions that all answer: how often somebody buzzes is not the same twice.
const folder = mkdtempSync(join(tmpdir(), "roomkeep-party-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const questionsFile = join(folder, "questions.json");
writeFileSync(questionsFile, JSON.stringify({ questions: readQuestions().filter(({ buzz }) => !buzz) }));

/** A question every so many seconds: pads answer within half of it. */
class OurQuiz extends QuizRoom {
  static override readonly listing = {
    ...QuizRoom.listing,
    maxPlayers: 1_000,
    spectators: { max: 1_000, delayS: Number(delayS) },
  };
  override questionsFile = questionsFile;
  override autoDispose = false;
  override readyS = Number(seconds) * 0.2;
  override revealS = Number(seconds) * 0.3;
}
/** A table at rest: the cards before anybody has come. */
class OurTable extends CardsRoom {
  override autoDispose = false;
}

async function open(): Promise<number> {
  const http = createServer();
  const presence = new LocalPresence();
  presence.subscriptions.setMaxListeners(0);
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    presence,
    transport: new WebSocketTransport({ server: http, pingInterval: 0 }),
  });
  if (system === "ours") defineGames({ quiz: OurQuiz, table: OurTable }, roomPorts());
  else {
    server.define("quiz", BareQuiz);
    server.define("table", BareTable);
  }
  await server.listen(0, "127.0.0.1");
  return (http.address() as AddressInfo).port;
}

const usedMB = (): number => {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

let start = { cpu: process.cpuUsage(), atMs: performance.now() };
const commands: Record<string, (value: string) => unknown> = {
  async quiz() {
    return { quiz: (await matchMaker.createRoom("quiz", {})).roomId };
  },
  /** Opens so many rooms at rest. */
  async rest(count) {
    const before = usedMB();
    for (let i = 0; i < Number(count); i++) await matchMaker.createRoom("table", {});
    return { rest: (usedMB() - before) * 1024 };
  },
  begin() {
    start = { cpu: process.cpuUsage(), atMs: performance.now() };
    return { begin: true };
  },
  end() {
    const { user, system: kernel } = process.cpuUsage(start.cpu);
    const tookMs = performance.now() - start.atMs;
    return { end: { cpuMs: (user + kernel) / 1000, tookMs } };
  },
  exit: () => process.exit(0),
};
process.on("message", async (message) => {
  const [name = "", value = ""] = String(message).split(" ");
  try {
    process.send?.((await commands[name]?.(value)) as object);
  } catch (error) {
    // The bench is told by the exit; Colyseus would only print it.
    console.error(error);
    process.exit(1);
  }
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port: await open() });
