// A server process with places in which parties look for seats.
import { readConfig, startServer } from "roomkeep/server";
import { bays } from "./bays.ts";

const server = await startServer(bays, readConfig(process.env));
process.send?.({ ready: true, port: server.port, url: server.url });
