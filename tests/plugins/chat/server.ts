import { readConfig, startServer } from "roomkeep/server";
import { chat } from "../../../plugins/chat/index.ts";
import { friends } from "../../../plugins/friends/index.ts";
import { games } from "../../../server/main.ts";

// A process of the cluster with the plugins of these tests.
const env = Object.entries(process.env).flatMap(([name, value]) =>
  value === undefined ? [] : [[name, value]],
);
const { url, port } = await startServer(games, readConfig(Object.fromEntries(env)), undefined, [
  friends,
  chat,
]);
process.send?.({ ready: true, port, url });
