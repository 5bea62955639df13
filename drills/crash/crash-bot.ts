import { Client, type Room } from "colyseus.js";
import { signIn, ticketFor } from "../../bots/index.ts";
import { withTimeout } from "../../shared/async.ts";
import type { Stack } from "../../shared/items/stacks.ts";
import { pause } from "../patience.ts";
import type { Answer, Ask } from "./crash-room.ts";
import type { Journal } from "./crash-tally.ts";

const JOIN_MS = 9_000;
const ANSWER_MS = 2_500;
/** With more items than this in the bag a bot drops or uses some before it makes more. */
const BAG_FULL = 20;

/** State that all bots share. */
export interface Company {
  readonly journal: Journal;
  /** Servers that take joins, by url. */
  readonly urls: () => string[];
  readonly random: () => number;
  /** Id of a relic that was not requested before. */
  newRelic(): string;
  /** Characters by the room they are in. */
  readonly whereabouts: Map<string, string>;
  /** host:port of the process by the characters that play there. */
  readonly hosts: Map<string, string>;
  /** Piles that were laid and may be looted. */
  readonly piles: string[];
  /** Milliseconds between two requests of a bot. */
  readonly paceMs: number;
}

/** A player that goes on playing through all faults. */
export interface Bot {
  readonly characterId: string;
  /** Number of requests with a certain answer so far. */
  settled(): number;
  /** Resolves when the last request has a certain answer, or `ms` have passed. */
  stop(ms: number): Promise<void>;
}

type Joined = { room: Room; host: string; answer(ask: Ask): Promise<Answer>; close(): void };

/** Signs in as a new guest and plays until it is stopped. */
export async function openBot(company: Company): Promise<Bot> {
  const { journal, random } = company;
  const { token, character } = await signIn(company.urls()[0] as string, { name: "Bot" });
  const me = character.id;
  const one = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  let [stopping, settled, asked, saved] = [false, 0, 0, 0];
  let pending: Ask | undefined;
  let door: { name: string; ticket?: string } = { name: "yard" };
  let stacks: Stack[] = [];
  let dead = false;

  const newAsk = (): Ask => {
    const id = `${me.slice(0, 8)}-${++asked}`;
    const carried = stacks.filter(({ container }) => container === `bag:${me}`);
    const item = one(carried)?.id;
    const lying = one(stacks.filter(({ container }) => container.startsWith("ground:")))?.id;
    const dice = random();
    if (dead) return { id, kind: "revive" };
    if (item && (carried.length > BAG_FULL || dice < 0.08))
      return { id, kind: random() < 0.5 ? "drop" : "use", item };
    if (dice < 0.3) return { id, kind: "grant", relic: company.newRelic() };
    if (dice < 0.42) return { id, kind: "coins" };
    if (dice < 0.55) return { id, kind: "save", n: ++saved };
    if (dice < 0.72 && item) {
      const here = [...company.whereabouts].filter(
        ([who, where]) => who !== me && where === company.whereabouts.get(me),
      );
      const partner = one(here)?.[0];
      if (partner) return { id, kind: "trade", with: partner, item };
    }
    if (dice < 0.78 && item) return { id, kind: "drop", item };
    if (dice < 0.84) return lying ? { id, kind: "pickUp", item: lying } : { id, kind: "look" };
    if (dice < 0.87) return { id, kind: "die" };
    const pile = one(company.piles);
    if (dice < 0.93 && pile) return { id, kind: "loot", pile };
    return { id, kind: "travel" };
  };

  /**
   * Sends a request, and repeats it with the same id in the next session if need be. False: the session is no
   * longer usable.
   */
  async function step(joined: Joined): Promise<boolean> {
    pending ??= newAsk();
    if (pending.kind === "grant") journal.asked.add(pending.relic);
    if (pending.kind === "save") journal.highest.set(me, pending.n);
    const answer = await joined.answer(pending);
    if (answer.unknown) return false;
    const ask = pending;
    pending = undefined;
    settled += 1;
    journal.settle(me, ask, answer);
    if (answer.stacks) {
      const other =
        ask.kind === "look" ? stacks.filter(({ container }) => !container.startsWith("ground:")) : [];
      stacks = [...other, ...answer.stacks];
    }
    if (ask.kind === "die" && answer.ok) company.piles.push(`pile:${me}:${ask.id}`);
    if (ask.kind === "die") dead = answer.ok || answer.code === "CHARACTER_DEAD";
    if (ask.kind === "revive") dead = false;
    if (ask.kind !== "travel" || !answer.ok) return true;
    door = { name: answer.room ?? "yard", ticket: answer.ticket };
    return false;
  }

  async function session(): Promise<void> {
    const joined = await join(one(company.urls()) as string, token, door);
    try {
      door = { name: door.name };
      company.whereabouts.set(me, joined.room.roomId);
      company.hosts.set(me, joined.host);
      const hello = await joined.answer({ id: `hello-${me}`, kind: "hello" });
      if (!hello.ok) return;
      journal.loaded(me, hello.n ?? 0);
      stacks = hello.stacks ?? [];
      dead = hello.pile !== undefined;
      while (!stopping || pending) {
        if (!(await step(joined))) return;
        await pause(company.paceMs * (0.5 + random()));
      }
      await joined.room.leave();
    } finally {
      company.whereabouts.delete(me);
      company.hosts.delete(me);
      joined.close();
    }
  }

  async function live(): Promise<void> {
    while (!stopping || pending) {
      await session().catch((error: unknown) => {
        journal.trouble(error);
        door = { name: door.name }; // a ticket is good once
      });
      if (!stopping || pending) await pause(150);
    }
  }

  const life = live();
  return {
    characterId: me,
    settled: () => settled,
    async stop(ms) {
      stopping = true;
      await within(ms, "the end", life).catch(() => {});
      if (pending) journal.unresolved.push({ who: me, ask: pending });
      pending = undefined;
    },
  };
}

async function join(url: string, token: string, door: { name: string; ticket?: string }): Promise<Joined> {
  const client = new Client(url);
  const joining = ticketFor(url, token, { game: door.name }).then((ticket) => {
    client.auth.token = ticket;
    return client.joinOrCreate(door.name, { ticket: door.ticket });
  });
  const late = () => joining.then((room) => room.connection.close()).catch(() => {});
  const room = await within(JOIN_MS, "join", joining).catch((error) => {
    void late();
    throw error;
  });
  room.reconnection.enabled = false;
  const waiting = new Map<string, (answer: Answer) => void>();
  let fail: (why: Error) => void = () => {};
  const gone = new Promise<never>((_, reject) => {
    fail = reject;
  });
  gone.catch(() => {});
  room.onMessage("*", (type: string | number, payload: unknown) => {
    const answer = payload as Answer;
    if (type === "done") waiting.get(answer.id)?.(answer);
  });
  room.onLeave((code) => fail(new Error(`closed ${code}`)));
  room.onError((code) => fail(new Error(`error ${code}`)));
  const { ws } = room.connection.transport as unknown as { ws: { url: string } };
  return {
    room,
    host: new URL(ws.url).host,
    answer(ask) {
      const answered = new Promise<Answer>((resolve) => waiting.set(ask.id, resolve));
      room.send("do", ask);
      return within(ANSWER_MS, ask.kind, Promise.race([answered, gone])).finally(() =>
        waiting.delete(ask.id),
      );
    },
    close: () => room.connection.close(),
  };
}

function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  return withTimeout(ms, work, { error: () => new Error(`no answer to ${what}`) });
}
