// Observers of the spawns bench: true SDK clients that read all and decode nothing. Arguments: url, how many.

import { enterRoom, signIn } from "../../bots/index.ts";

const [url = "", count = "20"] = process.argv.slice(2);
let bytes = 0;
for (let n = 0; n < Number(count); n++) {
  const { token } = await signIn(url, { name: `Observer ${n}` });
  const room = await enterRoom(url, "range", token);
  room.connection.events.onmessage = ({ data }: { data: ArrayBuffer }) => {
    bytes += data.byteLength;
  };
}
process.on("message", (message: "bytes" | "exit") => {
  if (message === "exit") process.exit(0);
  process.send?.({ bytes });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ observers: Number(count) });
