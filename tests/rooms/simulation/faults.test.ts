import { type Player, WorldRoom } from "roomkeep/rooms";
import { WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { PlazaRoom } from "../../../games/plaza/room.ts";
import { games } from "../../../server/main.ts";

/** A room whose rules break wherever they can. */
class BrokenRoom extends WorldRoom<WorldState> {
  static override readonly listing = { label: "Broken", description: "Throws.", maxPlayers: 8 };
  override state = new WorldState();
  breakIn = "";

  protected override onOpen(): void {
    this.on("explode", z.strictObject({}), () => {
      throw new Error("handler");
    });
  }

  protected override onTick(): void {
    if (this.breakIn === "tick") throw new Error("tick");
    if (this.breakIn === "timer") {
      this.breakIn = "";
      this.clock.setTimeout(() => {
        throw new Error("timer");
      }, 1);
    }
  }

  protected override step(...args: Parameters<WorldRoom["step"]>): void {
    const [avatar] = args;
    if (this.breakIn === "step" && avatar.name === "Cursed") throw new Error("step");
    super.step(...args);
  }

  protected override onExit(_player: Player): void {
    if (this.breakIn === "exit") throw new Error("exit");
  }
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ broken: BrokenRoom, ...games });
});
afterAll(() => world.close());

it("survives a handler, a timer, a tick and a step that throw; the room and its neighbours go on", async () => {
  const neighbour = await world.join("plaza", { name: "Neighbour" });
  const cursed = await world.join("broken", { name: "Cursed" });
  const lucky = await world.join("broken", { name: "Lucky", code: cursed.room.roomId });
  const room = world.room<BrokenRoom>(cursed.room.roomId);

  lucky.room.send("explode", {});
  await lucky.until("the handler's fault", () => room.faults.has("onMessage"));
  room.breakIn = "timer";
  await lucky.until("the timer's fault", () => room.faults.has("setTimeout"));
  room.breakIn = "tick";
  await lucky.until("the tick's faults", () => (room.faults.get("onTick") ?? 0) > 3);
  const x = lucky.me().x;
  await lucky.walk({ moveX: 127 }, 8);
  expect(lucky.me().x).toBeGreaterThan(x + 0.5);

  // One player's step that throws stops that player only.
  room.breakIn = "step";
  const was = lucky.me().z;
  cursed.room.input().send();
  await lucky.walk({ moveZ: 127 }, 8);
  expect(lucky.me().z).toBeGreaterThan(was + 0.5);
  expect(room.faults.get("step")).toBeGreaterThan(0);

  room.breakIn = "exit";
  await cursed.leave();
  await lucky.until("the broken exit to be over", () => !room.players.has(cursed.room.sessionId));
  await neighbour.walk({ moveX: 127 }, 4);
  expect(world.room<PlazaRoom>(neighbour.room.roomId).faults.size).toBe(0);
});
