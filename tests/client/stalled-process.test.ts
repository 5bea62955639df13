import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "colyseus.js";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openAccount } from "../../client/account/account.ts";
import { openApi } from "../../client/network/api.ts";
import { openSession, type Session } from "../../client/network/session.ts";
import type { JoinedRoom } from "../../client/room/joined-room.ts";
import { writeStored } from "../../client/storage.ts";
import { openPremises, type Premises } from "../../drills/premises.ts";
import { scriptArguments } from "../../drills/script-arguments.ts";
import { type LocalCluster, type LocalProcess, startLocalCluster } from "../../server/dev/local-cluster.ts";
import { describeWithPostgresAndRedis } from "../helpers/cluster.ts";

const SCRIPT = fileURLToPath(new URL("../../drills/cluster/cluster-server.ts", import.meta.url));
/** How long a process stands still: as long as it may without losing its own leases. */
const STALL_MS = 9_000;
const PATIENCE = { timeout: 60_000, interval: 50 };

describeWithPostgresAndRedis("three friends in a private room whose process stands still", () => {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-stalled-"));
  let premises: Premises;
  let cluster: LocalCluster;
  beforeAll(async () => {
    const address = { href: "http://page.example/", search: "", pathname: "/" };
    vi.stubGlobal("location", address);
    vi.stubGlobal("history", { replaceState: () => {} });
    premises = await openPremises();
    cluster = await startLocalCluster({
      processes: 2,
      host: "127.0.0.1",
      port: 0,
      args: scriptArguments(SCRIPT),
      inTurn: true,
      env: (name) => ({
        DATABASE_URL: premises.databaseUrl,
        REDIS_URL: premises.redisUrl,
        ROOMKEEP_DATA_DIR: join(folder, name),
        LOG_LEVEL: "silent",
      }),
    });
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    await cluster?.close();
    await premises?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A page of a browser of its own. */
  function openPage(): Session {
    for (const name of ["token", "who", "recoveryCode", "looks"]) writeStored(name, undefined);
    for (const name of ["character", "wayBack", "reloadedFor"]) writeStored(name, undefined, "tab");
    const { url } = cluster.front;
    const api = openApi(url);
    return openSession(api, openAccount(api), new Client(url), { build: "", reload: () => {} });
  }
  const roomOf = (session: Session) => session.room.value as unknown as JoinedRoom;
  function hostOf({ connection }: JoinedRoom): LocalProcess {
    const { ws } = connection.transport as unknown as { ws: { url: string } };
    const id = new URL(ws.url).pathname.split("/").at(-2);
    return cluster.running().find(({ processId }) => processId === id) as LocalProcess;
  }

  it.each(["wakes before the others have the room", "wakes when they are in it again"])(
    "are together again under its code, whether it %s",
    async (when) => {
      const pages = [openPage()];
      await pages[0]?.join({ create: "meet" });
      const { roomId } = roomOf(pages[0] as Session);
      for (let n = 1; n < 3; n++) {
        const page = openPage();
        await page.join({ code: roomId });
        pages.push(page);
      }
      const seated = () =>
        pages.every((page) => roomOf(page).state.actors.has(roomOf(page).sessionId)) &&
        new Set(pages.map((page) => roomOf(page).sessionId)).size === 3;
      await vi.waitFor(() => expect(seated()).toBe(true), PATIENCE);
      const first = pages.map((page) => roomOf(page).sessionId);
      const host = hostOf(roomOf(pages[0] as Session));
      // Each page sees the other two, in the room with the code, and it stays so when the process is awake.
      const seen = () => {
        const ids = pages.map((page) => page.room.value?.sessionId ?? "");
        return pages.map(({ phase, problem, room }) => ({
          phase: phase.value.kind,
          problem: problem.value,
          room: room.value?.roomId,
          sees: ids.filter((id) => (room.value as unknown as JoinedRoom)?.state?.actors?.has(id)).length,
        }));
      };
      const together = pages.map(() => ({ phase: "playing", problem: "", room: roomId, sees: 3 }));
      host.child.kill("SIGSTOP");
      try {
        if (when.startsWith("wakes before")) await new Promise((done) => setTimeout(done, STALL_MS));
        else {
          const isAnew = () => pages.every((page, n) => page.room.value?.sessionId !== first[n]);
          await vi.waitFor(() => expect([isAnew(), seen()]).toEqual([true, together]), PATIENCE);
        }
      } finally {
        host.child.kill("SIGCONT");
      }
      await vi.waitFor(() => expect(seen()).toEqual(together), PATIENCE);
      // Three heartbeats of the process that woke: it hears that it counted as dead.
      const { onStateChange } = roomOf(pages[0] as Session);
      for (let patch = 0; patch < 60; patch++) await new Promise((done) => onStateChange.once(done));
      expect(seen()).toEqual(together);
      expect(new Set(pages.map((page) => hostOf(roomOf(page)).name)).size).toBe(1);
      for (const page of pages) page.leave();
    },
    150_000,
  );
});
