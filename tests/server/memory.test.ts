import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { containerShare } from "../../server/memory/container.ts";
import { followMemory } from "../../server/memory/memory-watch.ts";
import { testLog } from "../helpers/databases.ts";
import { type ServerProcess, startProcess } from "../helpers/server-process.ts";

const MB = 1024 * 1024;

describe("a process with a small heap", () => {
  const OLD_MB = 260;
  let server: ServerProcess;
  const players: TestPlayer[] = [];
  beforeAll(async () => {
    const env = { NODE_OPTIONS: `--max-old-space-size=${OLD_MB}`, LOG_LEVEL: "warn" };
    server = await startProcess(env, ["tests/helpers/servers/hoard-server.ts"]);
  });
  afterAll(async () => {
    for (const player of players) player.stop();
    await server.end();
  });

  const enter = async (who: object = {}) => {
    const player = await joinAs(server.url, "hoard", who);
    players.push(player);
    return player;
  };
  const ready = async () => {
    const answer = await fetch(`${server.url}/ready`);
    const { status: state, ...rest } = (await answer.json()) as { status: string; memory?: string };
    return { status: answer.status, state, ...rest };
  };
  /** Fills the room until the process says so of its memory; a process that does not notice dies of it. */
  async function fill(player: TestPlayer, until: string) {
    for (;;) {
      player.send("fill", {});
      await player.message("kept");
      const state = await ready();
      if (state.memory === until) return state;
    }
  }

  it("knows how much V8 gives it", () => {
    expect(server.output()).toContain(`old generation: ${OLD_MB * MB}\n`);
  });

  it("opens no new rooms, then takes nobody new, before V8 gives up; and does again when a room has gone", async () => {
    expect(await ready()).toEqual({ status: 200, state: "ready", database: "ok", disk: "ok" });
    const ann = await enter({ name: "Ann", create: true });
    expect(await fill(ann, "short: no new rooms")).toMatchObject({ status: 200 });
    await expect(enter({ create: true })).rejects.toThrow("MEMORY_SHORT");
    const bob = await enter({ code: ann.room.roomId });
    await bob.leave();
    expect(await fill(ann, "short: no new rooms, nobody new")).toMatchObject({
      status: 503,
      state: "not ready",
    });
    await expect(enter({ code: ann.room.roomId })).rejects.toThrow("MEMORY_SHORT");
    // Those who are in play on.
    ann.send("fill", {});
    await ann.message("kept");
    await ann.leave();
    await expect.poll(ready).toEqual({ status: 200, state: "ready", database: "ok", disk: "ok" });
    await enter({ create: true });
    expect(server.output()).toContain("short of memory: nobody new is let in");
  });
});

it("does not flicker at a limit, and has V8 look again when something has gone", () => {
  let [heap, container, load, collected] = [0, 0, 5, 0];
  const readings = { shares: () => ({ heap, container }), collect: () => void collected++ };
  const memory = followMemory(readings, testLog, () => load);
  const at = (share: number) => {
    heap = share;
    memory.look();
    return memory.shortage();
  };
  expect([0.79, 0.81, 0.75, 0.71, 0.69].map(at)).toEqual(["none", "rooms", "rooms", "rooms", "none"]);
  expect([0.95, 0.85, 0.79, 0.75].map(at)).toEqual(["joins", "joins", "rooms", "rooms"]);
  expect(collected).toBe(0);
  load = 4;
  memory.look();
  memory.look();
  expect(collected).toBe(1);
  // By the container: to collect would not help.
  container = 0.92;
  load = 3;
  memory.look();
  expect([memory.shortage(), collected]).toEqual(["joins", 1]);
});

describe("the limit of a container", () => {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-cgroup-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  /** Lays files down as the kernel shows them. */
  function groups(self: string, files: Record<string, string | number>) {
    const root = join(folder, String(count++));
    for (const [name, text] of Object.entries({ ...files, "../self": self })) {
      const file = name === "../self" ? `${root}.self` : join(root, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${text}\n`);
    }
    return { root, self: `${root}.self` };
  }

  it("of version 2 counts what all processes use, without copies of files", () => {
    const files = {
      "memory.max": 100 * MB,
      "memory.current": 90 * MB,
      "memory.stat": `anon ${50 * MB}\nfile ${30 * MB}\ninactive_file ${20 * MB}\nactive_file ${10 * MB}`,
    };
    expect(containerShare(groups("0::/", files))).toBeCloseTo(0.7);
    expect(containerShare(groups("0::/not/mounted/here", files))).toBeCloseTo(0.7);
  });

  it("of version 1 is found by the memory controller's own path", () => {
    const at = (name: string) => `memory/docker/abc/${name}`;
    const place = groups("9:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/", {
      [at("memory.limit_in_bytes")]: 200 * MB,
      [at("memory.usage_in_bytes")]: 150 * MB,
      [at("memory.stat")]: `inactive_file 1\ntotal_inactive_file ${50 * MB}`,
      "memory/memory.limit_in_bytes": "9223372036854771712",
      "memory/memory.usage_in_bytes": 900 * MB,
    });
    expect(containerShare(place)).toBeCloseTo(0.5);
  });

  it("is that of the tightest group around the process, and none where there is none", () => {
    const nested = groups("0::/slice/app", {
      "slice/app/memory.max": "max",
      "slice/app/memory.current": 10 * MB,
      "slice/memory.max": 40 * MB,
      "slice/memory.current": 30 * MB,
    });
    expect(containerShare(nested)).toBeCloseTo(0.75);
    expect(containerShare(groups("0::/app", { "app/memory.max": "max" }))).toBeUndefined();
    expect(containerShare({ root: join(folder, "none"), self: join(folder, "none") })).toBeUndefined();
  });
});
