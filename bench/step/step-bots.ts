import { Client, type Room } from "colyseus.js";
import { seeded, type WalkInput } from "roomkeep/shared";
import { signIn, ticketFor } from "../../bots/index.ts";

// True SDK clients that send one input frame each 50 ms. Arguments: url, "ours" or "bare", how many.
const [url = "", which, count = "100"] = process.argv.slice(2);
const random = seeded(5);
const rooms: Room[] = [];
for (let i = 0; i < Number(count); i++) {
  const client = new Client(url);
  if (which === "ours") {
    const { token } = await signIn(url, { name: `Bot ${i}` });
    client.auth.token = await ticketFor(url, token, { game: "plaza" });
  }
  const room = await client.joinOrCreate("plaza");
  room.onMessage("*", () => {});
  rooms.push(room);
}
const inputs = rooms.map((room) => room.input() as ReturnType<Room["input"]> & { data: WalkInput });
let tick = 0;
setInterval(() => {
  tick++;
  for (const input of inputs) {
    if (random() < 0.05 || tick === 1) {
      const angle = random() * Math.PI * 2;
      input.data.moveX = Math.round(Math.sin(angle) * 127);
      input.data.moveZ = Math.round(Math.cos(angle) * 127);
    }
    input.send();
  }
}, 50);
process.send?.({ ready: true });
process.on("message", () => process.exit(0));
process.on("disconnect", () => process.exit(0));
