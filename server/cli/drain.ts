import { setTimeout as sleep } from "node:timers/promises";
import { RoomkeepError } from "../../shared/index.ts";
import { listMembers } from "../cluster/heartbeat-scripts.ts";
import type { Member } from "../cluster/member.ts";
import { DRAIN_CHANNEL } from "../cluster/membership.ts";
import { openRedisClient, type RedisClient } from "../cluster/redis/redis-client.ts";
import { choosePrefix } from "../cluster/redis/redis-prefix.ts";
import { readConfig } from "../config.ts";
import type { Command } from "./command.ts";

/** A process ends within its own limit of 25 s; its entry in the list disappears a moment later. */
const WAIT_MS = 40_000;
const LOOK_MS = 200;

const help = `roomkeep drain [process]

Takes a process out of service, as SIGTERM does: it opens no new rooms, persistent zones are saved and opened
elsewhere, players are moved without signing in again, then it ends. Without an argument it lists the processes.
A process is named by its id, or by its machine:port.

Needs REDIS_URL and DATABASE_URL (or ROOMKEEP_REDIS_PREFIX) as the processes have them.`;

/** `roomkeep drain`: take a process out of service. */
export const command: Command = {
  summary: "take a process out of service; its rooms move to the others",
  help,
  async run([wanted]) {
    const config = readConfig(process.env);
    if (!config.redisUrl)
      throw new RoomkeepError("CONFIG_INVALID", "Set REDIS_URL to the Redis that the processes share.");
    const bare = await openRedisClient(config.redisUrl);
    try {
      const link = bare.under(await choosePrefix(config, bare));
      const members = await listMembers(link);
      if (wanted === undefined) console.log(tableOf(members));
      else await drain(link, members, wanted);
    } finally {
      bare.close();
    }
  },
};

async function drain(link: RedisClient, members: readonly Member[], wanted: string): Promise<void> {
  const member = members.find(({ processId, address }) => processId === wanted || address === wanted);
  if (!member) {
    throw new RoomkeepError(
      "CONFIG_INVALID",
      `No process is called ${wanted}. There are:\n${tableOf(members)}`,
    );
  }
  const { processId, address, players, rooms } = member;
  const heard = Number(await link.send("PUBLISH", link.name(DRAIN_CHANNEL), JSON.stringify(processId)));
  if (heard === 0)
    throw new RoomkeepError("REDIS_UNAVAILABLE", `The process ${address} does not listen. Is it alive?`);
  console.log(`${address} drains: ${rooms} rooms, ${players} players`);
  const startedAt = performance.now();
  while ((await listMembers(link)).some((one) => one.processId === processId)) {
    if (performance.now() - startedAt > WAIT_MS) {
      throw new RoomkeepError("CONFIG_INVALID", `${address} is still there after ${WAIT_MS / 1000} s.`);
    }
    await sleep(LOOK_MS);
  }
  console.log(`${address} has ended after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

function tableOf(members: readonly Member[]): string {
  if (members.length === 0) return "No process is running.";
  const percent = (share: number) => `${Math.round(share * 100)} %`.padStart(5);
  return members
    .map(({ processId, address, rooms, players, busy, memory, closed, version }) =>
      [
        processId.padEnd(10),
        address.padEnd(28),
        `${rooms} rooms`.padStart(10),
        `${players} players`.padStart(13),
        `busy ${percent(busy)}`,
        `memory ${percent(memory)}`,
        version,
        closed ? "takes no rooms" : "",
      ].join("  "),
    )
    .join("\n");
}
