// A server process whose plugin answers by what it has in caches.
import { definePlugin, readConfig, route, startServer } from "roomkeep/server";
import { z } from "zod";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";

const motto = definePlugin({
  name: "motto",
  open({ db, cache }) {
    const mottoes = cache("mottoes", {
      read: async (id) => {
        const rows = await db.query<{ value: string }[]>("SELECT value FROM setting WHERE key = $1", [
          `motto:${id}`,
        ]);
        return rows[0]?.value ?? "none";
      },
    });
    return {
      read: (id: string) => mottoes.get(id),
      async write(id: string, text: string): Promise<void> {
        await db.query(
          "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2",
          [`motto:${id}`, text],
        );
        mottoes.forget(id);
      },
    };
  },
  routes: (mottoes) => ({
    readMotto: route({
      method: "GET",
      path: "/v1/motto",
      answer: async ({ caller }) => ({ role: caller.role, motto: await mottoes.read(caller.accountId) }),
    }),
    writeMotto: route({
      method: "POST",
      path: "/v1/motto",
      body: z.object({ text: z.string() }),
      status: 204,
      answer: async ({ caller, body }) => void (await mottoes.write(caller.accountId, body.text)),
    }),
    moderate: route({
      method: "GET",
      path: "/v1/moderate",
      role: "moderator",
      answer: () => ({ may: true }),
    }),
  }),
});

const server = await startServer({}, readConfig(process.env), undefined, [motto]);
stopOnSignal(server);
tellParent(server);
