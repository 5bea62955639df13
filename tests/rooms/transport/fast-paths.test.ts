import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { CLOSE } from "roomkeep/shared";
import { afterEach, expect, test } from "vitest";
import type { Log } from "../../../rooms/ports/ports.ts";
import { Backpressure } from "../../../rooms/transport/backpressure.ts";
import { installClientFastPath } from "../../../rooms/transport/fast-path/client-fast-path.ts";
import { FAST_PATHS, readFastPaths } from "../../../rooms/transport/fast-path/fast-path-names.ts";
import { useFastPaths, usesFastPath } from "../../../rooms/transport/fast-path/fast-paths.ts";
import { checkTransportInternals } from "../../../rooms/transport/internals.ts";
import { readConfig } from "../../../server/config.ts";
import { RawPlayer, serve, until } from "../../helpers/servers/crowd-server.ts";

const Board = schema({ name: t.string().default("board") }, "FastPathBoard");

class BoardRoom extends Room<{ state: InstanceType<typeof Board> }> {
  override autoDispose = false;
  override onCreate(): void {
    this.state = new Board();
    installClientFastPath(this);
  }
}

const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  useFastPaths(readFastPaths(process.env.ROOMKEEP_FAST_PATHS ?? "on") ?? []);
});

/** A member of an object is gone until the end of the test. */
function remove(subject: object, member: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(subject, member);
  if (descriptor === undefined) throw new Error(`there is no ${member}`);
  Reflect.deleteProperty(subject, member);
  undo.push(() => void Object.defineProperty(subject, member, descriptor));
}

function logInto(lines: object[]): Log {
  const note = (fields: object) => void lines.push(fields);
  return { debug: note, info: note, warn: note, error: note, child: () => logInto(lines) };
}

test("the setting is on, off, or names; anything else is refused by its name", () => {
  expect(readConfig({}).fastPaths).toEqual(FAST_PATHS);
  expect(readConfig({ ROOMKEEP_FAST_PATHS: "off" }).fastPaths).toEqual([]);
  expect(readConfig({ ROOMKEEP_FAST_PATHS: "socket-stream, socket-read" }).fastPaths).toEqual([
    "socket-read",
    "socket-stream",
  ]);
  const read = () => readConfig({ ROOMKEEP_FAST_PATHS: "socket-read,quick" });
  expect(read).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(read).toThrow("ROOMKEEP_FAST_PATHS");
});

test("a fast path that is switched off is not taken, and the log says so", () => {
  const lines: object[] = [];
  useFastPaths(["socket-stream", "client-shape"], logInto(lines));
  expect(lines).toEqual([{ off: ["socket-read", "socket-handle", "input-sweep"] }]);
  expect(FAST_PATHS.filter(usesFastPath)).toEqual(["socket-stream", "client-shape"]);
  expect(new Backpressure().writePath).toBe("stream");
  useFastPaths([]);
  expect(new Backpressure().writePath).toBe("message");
});

test("a part that Node lacks turns off the fast paths that rest on it, each with one line in the log", () => {
  remove(process, "binding");
  const lines: object[] = [];
  useFastPaths(FAST_PATHS, logInto(lines));
  expect(FAST_PATHS.filter(usesFastPath)).toEqual(["socket-stream", "client-shape", "input-sweep"]);
  expect(lines).toMatchObject([
    { path: "socket-read", missing: expect.arrayContaining(["process.binding.stream_wrap"]) },
    { path: "socket-handle", missing: expect.arrayContaining(["process.binding.stream_wrap"]) },
  ]);
});

test("a part of Colyseus that nothing replaces stops the start, and is named", () => {
  expect(checkTransportInternals).not.toThrow();
  remove(Room.prototype, "_timelineMode");
  expect(checkTransportInternals).toThrow(expect.objectContaining({ code: "INTERNALS_MISSING" }));
  expect(checkTransportInternals).toThrow("Room._timelineMode");
});

test("with all fast paths off malformed frames are strikes as ever", async () => {
  useFastPaths([]);
  const { url, stop } = await serve(BoardRoom);
  undo.push(stop);
  const player = await RawPlayer.join(url);
  for (let i = 0; i < 3; i++) player.socket.send("a text frame");
  await until(() => player.closeCode !== undefined);
  expect(player.closeCode).toBe(CLOSE.ABUSE);
});
