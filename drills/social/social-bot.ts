import { randomUUID } from "node:crypto";
import type { TestPlayer } from "roomkeep/testing";
import { accessTokenOf, callApi } from "../../bots/index.ts";
import { joinSoon, pause } from "../patience.ts";
import { lineNow, type Notebook } from "./notebook.ts";

/** Pause between two acts of a bot, ms, on average. */
const PAUSE_MS = 400;
/** Times that what got no answer is sent again, under the same request id. */
const TRIES = 8;

/** Somebody who befriends, blocks, whispers, joins groups and earns, at random. */
export interface SocialBot {
  readonly accountId: string;
  /** Calls a route as this account. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Acts until it is told to stop; resolves when its last act is answered. */
  run(): Promise<void>;
  stop(): void;
}

interface BotHost {
  readonly url: string;
  readonly notebook: Notebook;
  /** All bots, this one included. */
  readonly all: readonly SocialBot[];
  accountOf(characterId: string): Promise<string>;
}

interface FriendLists {
  friends: { account: string }[];
  received: { account: string }[];
  blocked: { account: string }[];
}

interface OwnGroups {
  groups: { id: string; role: string }[];
}

/** Opens a bot in the hall. */
export async function openSocialBot(host: BotHost, name: string): Promise<SocialBot> {
  const { url, notebook } = host;
  let player: TestPlayer = await joinSoon(url, "hall", { name }, 60_000);
  const { token, characterId } = player;
  const accountId = await host.accountOf(characterId);
  let isOver = false;

  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    callApi<T>(url, method, path, { accessToken: await accessTokenOf(url, token), body });

  function listen(to: TestPlayer): void {
    to.room.onMessage("chat.lines", ({ lines }: { lines: { account: string; text: string }[] }) => {
      for (const { account, text } of lines) notebook.read(accountId, account, text);
    });
  }
  listen(player);

  /** A random other bot. */
  const other = (): SocialBot => {
    const others = host.all.filter((one) => one.accountId !== accountId);
    return others[Math.floor(Math.random() * others.length)] as SocialBot;
  };
  const lists = () => ask<FriendLists>("GET", "/v1/friends");
  const own = async () => (await ask<OwnGroups>("GET", "/v1/groups/mine")).groups;
  const any = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)];

  /** Writes a line; without an answer it is sent again, and is the same line. */
  async function say(kind: string, id: string, between: readonly string[]): Promise<void> {
    const line = { text: lineNow("says a bot"), request: randomUUID() };
    for (let n = 0; n < TRIES; n++) {
      try {
        const { n: number } = await ask<{ n: number }>("POST", `/v1/chat/${kind}/${id}/lines`, line);
        notebook.lines.push({ kind, between, n: number, text: line.text });
        return;
      } catch (error) {
        if ((error as { code?: string }).code !== undefined) throw error;
        await pause(300);
      }
    }
  }

  const acts: Readonly<Record<string, () => Promise<unknown>>> = {
    async befriend() {
      await ask("POST", "/v1/friends/requests", { account: other().accountId });
    },
    async accept() {
      const asked = any((await lists()).received);
      if (asked) await ask("POST", `/v1/friends/requests/${asked.account}/accept`);
    },
    async remove() {
      const friend = any((await lists()).friends);
      if (friend && Math.random() < 0.3) await ask("DELETE", `/v1/friends/${friend.account}`);
    },
    async block() {
      if (Math.random() < 0.6) return;
      const { accountId: account } = other();
      await ask("POST", "/v1/friends/blocks", { account });
      notebook.blocked(accountId, account);
    },
    async unblock() {
      const one = any((await lists()).blocked);
      if (!one) return;
      notebook.unblocking(accountId, one.account);
      await ask("DELETE", `/v1/friends/blocks/${one.account}`);
    },
    async join() {
      if ((await own()).length > 0) return;
      const { groups } = await ask<{ groups: { id: string }[] }>("GET", "/v1/groups");
      const group = any(groups);
      if (group && (groups.length > 5 || Math.random() < 0.5))
        await ask("POST", `/v1/groups/${group.id}/requests`);
      else await ask("POST", "/v1/groups", { name: `Crew ${randomUUID().slice(0, 6)}`, access: "open" });
    },
    async leave() {
      const group = any(await own());
      if (group && Math.random() < 0.2) await ask("POST", `/v1/groups/${group.id}/leave`);
    },
    async bank() {
      const group = any(await own());
      if (!group) return;
      const way = group.role !== "member" && Math.random() < 0.4 ? "withdraw" : "deposit";
      const booking = {
        request: randomUUID(),
        character: characterId,
        coins: 1 + Math.floor(Math.random() * 5),
      };
      for (let n = 0; n < TRIES; n++) {
        try {
          return await ask("POST", `/v1/groups/${group.id}/bank/${way}`, booking);
        } catch (error) {
          if ((error as { code?: string }).code !== undefined) throw error;
          await pause(300);
        }
      }
    },
    async whisper() {
      const to = other().accountId;
      player.send("chat.follow", { kind: "whisper", id: to });
      await say("whisper", to, [accountId, to].sort());
    },
    async talk() {
      const group = any(await own());
      if (!group) return;
      player.send("chat.follow", { kind: "group", id: group.id });
      await say("group", group.id, [group.id]);
    },
    async earn() {
      player.send("earn", {});
    },
    async enter() {
      const { tournaments } = await ask<{ tournaments: { id: string; state: string; mine: boolean }[] }>(
        "GET",
        "/v1/tournaments",
      );
      const open = tournaments.find(({ state }) => state === "open");
      if (!open) return;
      const leaves = open.mine && Math.random() < 0.3;
      if (leaves || !open.mine) await ask(leaves ? "DELETE" : "POST", `/v1/tournaments/${open.id}/entry`);
    },
    async score() {
      player.send("score", { by: 1 + Math.floor(Math.random() * 9) });
    },
  };

  async function act(): Promise<void> {
    if (player.closed.has(player.room.roomId)) {
      player.stop();
      player = await joinSoon(url, "hall", { token }, 60_000);
      listen(player);
    }
    notebook.acts += 1;
    await any(Object.values(acts))?.();
  }

  return {
    accountId,
    ask,
    async run() {
      while (!isOver) {
        await act().catch((error: { code?: string }) => {
          if (error.code === undefined) notebook.unanswered += 1;
          else notebook.refused += 1;
        });
        await pause(PAUSE_MS * (0.5 + Math.random()));
      }
      player.stop();
    },
    stop() {
      isOver = true;
    },
  };
}
