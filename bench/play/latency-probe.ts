/** Two true SDK clients: one walks a step, the other waits to see it. `latency-probe.ts PORT ROOM SAMPLES` */
import { Client, type Room } from "colyseus.js";
import type { WalkInput, WorldState } from "roomkeep/shared";

const [port = "0", roomId = "", samples = "1"] = process.argv.slice(2);

async function join(): Promise<Room<unknown, WorldState>> {
  const room = await new Client(`http://127.0.0.1:${port}`).joinById<WorldState>(roomId);
  room.onMessage("*", () => undefined);
  return room as Room<unknown, WorldState>;
}

const walker = await join();
const watcher = await join();
const input = walker.input() as unknown as { data: WalkInput; send(): void };
let wake = (): void => undefined;
watcher.onStateChange(() => wake());
const place = (): number | undefined => {
  const avatar = watcher.state.actors?.get(walker.sessionId);
  return avatar && avatar.x + avatar.yaw * 1000;
};

/** Steps to and fro, so that both stay in sight; each turns the avatar round. */
async function step(i: number): Promise<number> {
  const before = place();
  Object.assign(input.data, { moveX: i % 2 === 0 ? 127 : -127, moveZ: 0 });
  const from = performance.now();
  input.send();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("a step was not seen within 5 s")), 5000);
    wake = () => {
      if (place() === before) return;
      clearTimeout(timer);
      wake = () => undefined;
      resolve(performance.now() - from);
    };
  });
}

async function go(): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < Number(samples); i++) {
    if (place() !== undefined) ms.push(await step(i));
    // Any phase of the tick alike, and nothing of the step before is still under way.
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 50));
  }
  return ms;
}

process.on("message", async (word) => {
  if (word === "go") process.send?.({ ms: await go() });
  if (word === "exit") process.exit(0);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });
