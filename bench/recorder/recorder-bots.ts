/**
 * True SDK clients that walk and shoot, in one room: `recorder-bots.ts URL PLAYERS SHOTS_PER_SECOND`.
 */
import { Client, type Room } from "colyseus.js";
import { seeded, type WalkInput } from "roomkeep/shared";
import { signIn, ticketFor } from "../../bots/index.ts";

const [url = "", count = "100", shots = "1"] = process.argv.slice(2);
const random = seeded(5);
const rooms: Room[] = [];
for (let i = 0; i < Number(count); i++) {
  const client = new Client(url);
  const { token } = await signIn(url, { name: `Bot ${i}` });
  client.auth.token = await ticketFor(url, token, { game: "arena" });
  const room = await client.joinOrCreate("arena");
  room.onMessage("*", () => {});
  rooms.push(room);
}
const inputs = rooms.map((room) => room.input() as ReturnType<Room["input"]> & { data: WalkInput });
const isNow = (perSecond: number) => random() < perSecond / 20;
let isFirst = true;
setInterval(() => {
  for (const [i, input] of inputs.entries()) {
    // People change their way about once a second.
    if (isNow(1) || isFirst) {
      const angle = random() * Math.PI * 2;
      input.data.moveX = Math.round(Math.sin(angle) * 127);
      input.data.moveZ = Math.round(Math.cos(angle) * 127);
    }
    input.send();
    if (isNow(Number(shots))) rooms[i]?.send("shoot", { yaw: random() * Math.PI * 2 });
  }
  isFirst = false;
}, 50);
process.on("message", (message) => {
  if (message === "exit") process.exit(0);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ joined: rooms.length });
