import { defineCommand, defineSystem, type Identity, type Role, WorldRoom } from "roomkeep/rooms";
import { Actor, CLOSE, RoomkeepError, type World, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openConsole } from "../../../rooms/messaging/console.ts";
import { readAudit } from "../../../server/telemetry/audit.ts";

const Deer = Actor.extend({}, "ConsoleDeer");
const graze = defineSystem<World>({ name: "graze", run: () => {} });

class ConsoleRoom extends WorldRoom {
  static override readonly listing = { label: "Console", description: "Takes commands.", maxPlayers: 8 };
  override state = new WorldState();
  override systems = [graze];
  override spawnable = { deer: () => new Deer({ kind: "deer" }) };
  override commands = [
    defineCommand<ConsoleRoom>({
      name: "size",
      help: "How many.",
      role: "player",
      run: (room) => `${room.world.size}`,
    }),
  ];
}

let world: TestServer;
beforeAll(async () => {
  // The players of these tests are called by their roles.
  world = await bootServer({ console: ConsoleRoom }, { env: { ROOMKEEP_RESERVED_NAMES: "nobody" } });
});
afterAll(() => world.close());

/** Joins with a role, as the sign-in gives it: options of the client count for nothing. */
async function joinAs(role: Role, code?: string): Promise<TestPlayer> {
  const { ports } = world.server.foundation;
  const verify = ports.verify;
  Object.assign(ports, {
    verify: async (...args: Parameters<typeof verify>): Promise<Identity> => ({
      ...(await verify(...args)),
      role,
    }),
  });
  try {
    return await world.join("console", {
      name: role,
      code,
      create: code === undefined,
      options: { role: "admin" },
    });
  } finally {
    Object.assign(ports, { verify });
  }
}

async function answer(player: TestPlayer, line: string): Promise<string> {
  const [given, refused] = [
    player.received.get("console")?.length ?? 0,
    player.received.get("refused")?.length ?? 0,
  ];
  player.room.send("command", { line });
  const news = () =>
    (player.received.get("console")?.length ?? 0) > given ||
    (player.received.get("refused")?.length ?? 0) > refused;
  await player.until("an answer", news);
  const text = (player.received.get("console")?.[given] as { text: string } | undefined)?.text;
  return text ?? (player.received.get("refused") as { code: string }[])[refused]!.code;
}

describe("the console of a room", () => {
  test("does what an admin says, refuses by code what does not fit, and changes nothing then", async () => {
    const admin = await joinAs("admin");
    const room = world.room<ConsoleRoom>(admin.room.roomId);
    expect(await answer(admin, "/spawn deer 5")).toBe("5 × deer");
    expect(room.world.query({ is: Deer }).size).toBe(5);
    const before = room.world.size;
    expect(await answer(admin, "/spawn unicorn")).toBe("COMMAND_INVALID");
    expect(await answer(admin, "/spawn deer 5000")).toBe("COMMAND_INVALID");
    expect(await answer(admin, "/spawn deer 1.5")).toBe("COMMAND_INVALID");
    expect(await answer(admin, "/spawn")).toBe("COMMAND_INVALID");
    expect(await answer(admin, "/spawn deer 1 1 1")).toBe("COMMAND_INVALID");
    expect(await answer(admin, "/toString")).toBe("COMMAND_UNKNOWN");
    expect(room.world.size).toBe(before);
    await admin.leave();
  });

  test("moves, tells of the tick and the systems, and takes out of the world", async () => {
    const admin = await joinAs("admin");
    const room = world.room<ConsoleRoom>(admin.room.roomId);
    expect(await answer(admin, "tp 3 -4")).toBe("admin is at 3, -4.");
    await admin.until("the place", () => admin.me().x === 3 && admin.me().z === -4);
    expect(await answer(admin, "/tp 999 0")).toBe("COMMAND_INVALID");
    expect(await answer(admin, "/tp NaN 0")).toBe("COMMAND_INVALID");
    expect(await answer(admin, "/tick")).toMatch(/^tick \d+, 20 a second, 1 actors\n.*mean ms: inputs/);
    expect(await answer(admin, "/profile")).toMatch(/^graze: [\d.]+ ms, worst/);
    room.world.spawn(new Deer({ kind: "deer" }), "doe");
    expect(await answer(admin, "/despawn doe")).toBe("doe is gone.");
    expect(room.world.get("doe")).toBeUndefined();
    // Nobody is taken out of the world like a thing.
    expect(await answer(admin, `/despawn ${admin.room.sessionId}`)).toBe("COMMAND_INVALID");
    await admin.leave();
  });

  test("gives each role its own commands, audits those above a player's, done or refused", async () => {
    const admin = await joinAs("admin");
    const code = admin.room.roomId;
    const moderator = await joinAs("moderator", code);
    const player = await joinAs("player", code);
    const room = world.room<ConsoleRoom>(code);
    expect(await answer(player, "/size")).toBe("3");
    expect(await answer(player, "/help")).not.toContain("/spawn");
    expect(await answer(player, "/spawn deer")).toBe("ROLE_NEEDED");
    expect(await answer(moderator, "/spawn deer")).toBe("ROLE_NEEDED");
    expect(await answer(moderator, "/help")).toMatch(/\/kick <player>/);
    // To look on changes nothing: pages ask again and again, and the audit is not told.
    expect(await answer(moderator, "/tick")).toMatch(/^tick /);
    expect(await answer(player, "/profile")).toBe("ROLE_NEEDED");
    const closed = new Promise((resolve) => player.room.onLeave(resolve));
    player.room.reconnection.enabled = false;
    expect(await answer(moderator, "/kick player")).toBe("player was removed from the room.");
    expect(await closed).toBe(CLOSE.KICKED);
    await moderator.until("the player to be gone", () => room.players.size === 2);
    const { database } = world.server.foundation;
    const audited = (await readAudit(database.ds, 100)).reverse().filter(({ roomId }) => roomId === code);
    expect(audited).toMatchObject([
      { role: "player", line: "/spawn deer", outcome: "ROLE_NEEDED", character: player.characterId },
      { role: "moderator", line: "/spawn deer", outcome: "ROLE_NEEDED" },
      { role: "moderator", line: "/kick player", outcome: "done", character: moderator.characterId },
    ]);
    await admin.leave();
    await moderator.leave();
  });

  test("audits what throws as failed, and says so where an entry is not written", async () => {
    const entries: object[] = [];
    let isAway = false;
    const console = openConsole(
      {},
      [
        defineCommand({
          name: "fall",
          help: "Falls.",
          run() {
            throw new Error("fell");
          },
        }),
        defineCommand({ name: "stand", help: "Stands.", run: () => "It stands." }),
        defineCommand({ name: "look", help: "Looks.", looks: true, run: () => "It looks." }),
      ],
      async (entry) => {
        if (isAway) throw new RoomkeepError("DATABASE_UNAVAILABLE");
        entries.push(entry);
      },
    );
    const admin = { id: "a", role: "admin" } as const;
    await expect(console.give(admin, "/fall")).rejects.toThrow("fell");
    expect(await console.give(admin, "/stand")).toBe("It stands.");
    isAway = true;
    expect(await console.give(admin, "/stand")).toMatchObject({ ok: false, code: "AUDIT_WAITING" });
    expect(await console.give(admin, "/look")).toBe("It looks.");
    expect(entries).toMatchObject([
      { line: "/fall", outcome: "failed" },
      { line: "/stand", outcome: "done" },
    ]);
  });

  test("means players by name and tag: two of one name are told apart, and a name may have blanks", async () => {
    const admin = await joinAs("admin");
    const code = admin.room.roomId;
    const [mole, other] = [
      await world.join("console", { name: "Gentle Mole", code }),
      await world.join("console", { name: "gentle mole", code }),
    ];
    const room = world.room<ConsoleRoom>(code);
    const [tag, otherTag] = [mole, other].map(({ characterId }) => `#${characterId.slice(0, 4)}`);
    expect(room.players.get(other.room.sessionId)?.avatar.name).toBe(`gentle mole ${otherTag}`);
    const refusals = () => (admin.received.get("refused") ?? []) as { code: string; reason: string }[];
    expect(await answer(admin, "/kick Gentle Mole")).toBe("PLAYER_AMBIGUOUS");
    expect(refusals().at(-1)?.reason).toContain(`Gentle Mole ${tag}, gentle mole ${otherTag}`);
    expect(await answer(admin, "/kick Rude Mole")).toBe("PLAYER_UNKNOWN");
    expect(room.players.size).toBe(3);
    admin.room.send("complete", { line: "/kick gentle m" });
    const { lines } = await admin.message<{ lines: string[] }>("completions");
    expect(lines).toEqual([`/kick "Gentle Mole ${tag}"`, `/kick "gentle mole ${otherTag}"`]);
    const refused = mole.message<{ code: string; reason: string }>("refused");
    mole.room.send("whisper", { to: "Gentle Mole", text: "which?" });
    expect(await refused).toMatchObject({ code: "PLAYER_AMBIGUOUS" });
    const heard = other.message<{ text: string }>("whisper");
    admin.room.send("whisper", { to: otherTag, text: "you" });
    expect(await heard).toMatchObject({ text: "you" });
    other.room.reconnection.enabled = false;
    const closed = new Promise((resolve) => other.room.onLeave(resolve));
    expect(await answer(admin, lines[1] ?? "")).toBe(`gentle mole ${otherTag} was removed from the room.`);
    expect(await closed).toBe(CLOSE.KICKED);
    await admin.until("the other to be gone", () => room.players.size === 2);
    expect(await answer(admin, "/tp 2 3 gentle mole")).toBe("Gentle Mole is at 2, 3.");
    await mole.leave();
    await admin.leave();
  });

  test("completes commands and what they take, of one's role", async () => {
    const admin = await joinAs("admin");
    const complete = async (line: string) => {
      admin.room.send("complete", { line });
      return (await admin.message<{ lines: string[] }>("completions")).lines;
    };
    expect(await complete("/sp")).toEqual(["/spawn"]);
    expect(await complete("/spawn ")).toEqual(["/spawn deer"]);
    expect(await complete("/kick a")).toEqual(["/kick admin"]);
    expect(await complete("/nothing ")).toEqual([]);
    await admin.leave();
    const quiet = openConsole({}, [defineCommand({ name: "stop", help: "", run: () => "" })], async () => {});
    expect(quiet.complete({ id: "", role: "player" }, "/")).toEqual(["/help"]);
    expect(quiet.complete({ id: "", role: "admin" }, "")).toEqual(["/help", "/stop"]);
  });
});
