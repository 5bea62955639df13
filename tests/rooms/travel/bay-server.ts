// A server process with places in which parties look for seats. Asked `full`, it tells which processes take no
// rooms, as it has heard: what it places new rooms by.
import { readConfig, startServer } from "roomkeep/server";
import { bays } from "./bays.ts";

const server = await startServer(bays, readConfig(process.env));
process.on("message", ({ ask }: { ask?: "full" }) => {
  const living = server.foundation.membership?.members.living() ?? [];
  if (ask) process.send?.({ full: living.filter(({ closed }) => closed).length });
});
process.send?.({ ready: true, port: server.port, url: server.url });
