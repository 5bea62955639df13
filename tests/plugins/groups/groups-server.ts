// The sample games with groups, and a route that tells which changes this process has heard of.
import { type AnyPlugin, definePlugin, readConfig, route, startServer } from "roomkeep/server";
import { z } from "zod";
import { friends } from "../../../plugins/friends/index.ts";
import { groups, type MembershipChange } from "../../../plugins/groups/index.ts";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";
import { games } from "../../../server/main.ts";

const hearing = definePlugin({
  name: "hearing",
  needs: [groups],
  open({ plugin, onClose }) {
    const changes: MembershipChange[] = [];
    onClose(plugin(groups).onChange((change) => changes.push(change)));
    return { changes };
  },
  routes: ({ changes }) => ({
    listHeard: route({
      method: "GET",
      path: "/v1/hearing",
      role: "anyone",
      result: z.object({ changes: z.array(z.unknown()) }),
      answer: () => ({ changes }),
    }),
  }),
});

const server = await startServer(games, readConfig(process.env), undefined, [
  groups,
  friends,
  hearing,
] as unknown as AnyPlugin[]);
stopOnSignal(server);
tellParent(server);
