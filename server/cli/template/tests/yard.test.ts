import { bootServer } from "roomkeep/testing";
import { expect, it } from "vitest";
import { YardRoom } from "../games/yard/room.ts";

it("shows one player what another does", async () => {
  const world = await bootServer({ yard: YardRoom });
  const ann = await world.join("yard", { name: "Ann" });
  const bob = await world.join("yard", { name: "Bob", code: ann.room.roomId });
  const start = ann.me().x;
  await ann.walk({ moveX: 127 }, 10);
  const seen = () => bob.room.state.actors.get(ann.room.sessionId);
  await bob.until("Ann to arrive", () => seen()?.x === ann.me().x);
  expect(ann.me().x).toBeGreaterThan(start + 1);
  await world.close();
}, 30_000);
