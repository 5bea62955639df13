import { readConfig, startServer } from "roomkeep/server";
import { YardRoom } from "../../rooms/desk/yard-room.ts";

const server = await startServer({ yard: YardRoom }, readConfig(process.env));
// What a plugin or a report of this process asks for.
process.on("message", async ({ keep }: { keep: string }) => {
  const why = { reason: "insults", by: "report", about: "report:9" };
  process.send?.({ kept: (await server.foundation.kept.keepFor({ roomId: keep }, why)) ?? null });
});
process.send?.({ ready: true, port: server.port, url: server.url });
process.once("SIGTERM", () => void server.close().then(() => process.exit(0)));
