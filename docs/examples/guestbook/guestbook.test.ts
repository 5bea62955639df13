import { WorldRoom } from "roomkeep/rooms";
import { WorldState } from "roomkeep/shared";
import { bootServer } from "roomkeep/testing";
import { expect, it } from "vitest";
import { callApi } from "../../../bots/index.ts";
import { guestbook } from "./index.ts";

class Hall extends WorldRoom {
  override state = new WorldState();
}

it("shows everybody what a player wrote", async () => {
  const world = await bootServer({ hall: Hall }, { plugins: [guestbook] });
  const ann = await world.join("hall", { name: "Ann" });
  ann.send("guestbook.sign", { text: "Hello!" });
  await expect
    .poll(() => callApi(world.url, "GET", "/v1/guestbook"))
    .toEqual({ entries: [{ name: "Ann", line: "Hello!" }] });
  await world.close();
}, 30_000);
