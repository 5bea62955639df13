// Players of the memory bench: true SDK clients that walk the plaza. Arguments: url, number of players.

import type { Room } from "colyseus.js";
import { seeded, type WalkInput } from "roomkeep/shared";
import { enterRoom, signIn } from "../../bots/index.ts";

const [url = "", count = "60"] = process.argv.slice(2);
const random = seeded(5);
const tokens: string[] = [];
for (let n = 0; n < Number(count); n++) tokens.push((await signIn(url, { name: `Bot ${n}` })).token);
const rooms: Room[] = [];
let inputs: (ReturnType<Room["input"]> & { data: WalkInput })[] = [];
let tick = 0;

setInterval(() => {
  tick++;
  for (const input of inputs) {
    if (random() < 0.05 || tick % 400 === 1) {
      const angle = random() * Math.PI * 2;
      input.data.moveX = Math.round(Math.sin(angle) * 127);
      input.data.moveZ = Math.round(Math.cos(angle) * 127);
    }
    input.send();
  }
}, 50);

async function join(): Promise<void> {
  for (const token of tokens) {
    const room = await enterRoom(url, "plaza", token);
    room.onMessage("*", () => {});
    // Writing a snapshot stops the server; on a slow machine for longer than a lease lasts.
    room.onLeave(() => rooms.splice(rooms.indexOf(room), 1));
    rooms.push(room);
  }
  inputs = rooms.map((room) => room.input() as (typeof inputs)[number]);
}

async function leave(): Promise<void> {
  inputs = [];
  await Promise.all(rooms.map((room) => room.leave()));
}

process.on("message", async (what: "join" | "leave" | "exit") => {
  if (what === "exit") process.exit(0);
  await (what === "join" ? join() : leave());
  process.send?.({ [what]: true });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ players: tokens.length });
