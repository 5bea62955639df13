/**
 * Pads of a quiz, with the real SDK: `party-pads.ts PORT PADS ROOM QUESTION_S [spectator]`. Each answers by
 * chance within half of the time of a question, and counts the bytes it is sent; a spectator only counts.
 */
import { Client, type Room } from "colyseus.js";

const [port = "0", pads = "2", roomId = "", seconds = "5", as] = process.argv.slice(2);
type Quiz = { phase: string; number: number };

let bytes = 0;
let messages = 0;
let answers = 0;
let rooms: Room<unknown, Quiz>[] = [];

async function join(): Promise<Room<unknown, Quiz>> {
  const room = await new Client(`http://127.0.0.1:${port}`).joinById<Quiz>(roomId, as ? { as } : {});
  const { ws } = (room.connection as unknown as { transport: { ws: EventTarget } }).transport;
  ws.addEventListener("message", (event) => {
    bytes += (event as unknown as { data: ArrayBuffer }).data.byteLength;
    messages++;
  });
  room.onMessage("*", () => undefined);
  let answered = 0;
  if (as) return room as unknown as Room<unknown, Quiz>;
  room.onStateChange(({ phase, number }) => {
    if (phase !== "question" || number === answered) return;
    answered = number;
    const waitMs = Number(seconds) * 1_000 * (0.05 + 0.45 * Math.random());
    setTimeout(() => {
      answers++;
      room.send("answer", { choice: Math.floor(Math.random() * 4) });
    }, waitMs);
  });
  return room as unknown as Room<unknown, Quiz>;
}

const commands: Record<string, () => unknown> = {
  async join() {
    for (let i = 0; i < Number(pads); i += 20) {
      const some = Array.from({ length: Math.min(20, Number(pads) - i) }, join);
      rooms = [...rooms, ...(await Promise.all(some))];
    }
    if (!as) rooms[0]?.send("start", {});
    return { joined: rooms.length };
  },
  begin() {
    bytes = messages = answers = 0;
    return { begin: true };
  },
  end: () => ({
    pads: { bytes, messages, answers, open: rooms.filter(({ connection }) => connection.isOpen).length },
  }),
  exit: () => process.exit(0),
};
process.on("message", async (name) => process.send?.((await commands[String(name)]?.()) as object));
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });
