import { readErrorCode } from "roomkeep/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CardsState } from "../../games/cards/state.ts";
import { handOf, move, type Player } from "../games/cards/table.ts";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import { joinGuest } from "../helpers/guests.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

describeCluster("a match whose process is killed", (open) => {
  let cluster: Cluster;
  let first: ServerProcess;
  beforeAll(async () => {
    cluster = await open();
    first = await cluster.start();
  });
  afterAll(() => cluster?.close());

  const join = (url: string, who: Parameters<typeof joinGuest>[2]) =>
    joinGuest<CardsState>({ url } as never, "cards", who);

  const refusals = new Set<string | undefined>();
  /** Comes back as soon as it is known that the room's process is dead: until then it is silent. */
  async function back(url: string, { token }: Player, code: string): Promise<Player> {
    for (let tries = 0; ; tries++) {
      try {
        return await join(url, { token, code });
      } catch (error) {
        const { code: refusal } = readErrorCode((error as Error).message);
        refusals.add(refusal);
        if (tries > 30 || !/^ROOM_/u.test(refusal ?? "")) throw error;
        await new Promise((done) => setTimeout(done, 500));
      }
    }
  }

  it("opens again elsewhere with every act that a player has seen, once, for all who come back", async () => {
    const ann = await join(first.url, { name: "Ann", create: true });
    const code = ann.room.roomId;
    const ben = await join(first.url, { name: "Ben", code });
    ann.send("settings", { absent: "wait", limit: 500 });
    ann.send("start");
    for (const player of [ann, ben]) await player.until("the deal", () => player.room.state.phase === "play");
    for (let moves = 0; moves < 7 && ann.room.state.phase === "play"; moves++) await move([ann, ben]);
    // The last act is killed in the very moment in which its player sees it.
    const { count } = state(ann);
    const mover = [ann, ben].find(({ id, room }) => room.state.turn === id);
    if (mover) void move([ann, ben]).catch(() => {});
    await ann.until("the last act", () => state(ann).count !== count);
    const seen = state(ann);
    const killed = first.end("SIGKILL");
    const hand = handOf(ann);
    for (const player of [ann, ben]) player.stop();
    await killed;

    const others = await Promise.all([cluster.start(), cluster.start()]);
    const [a, b] = others.map(({ url }) => url) as [string, string];
    const again = await Promise.all([back(a, ann, code), back(b, ben, code)]);
    expect(again.map(({ room }) => room.roomId)).toEqual([code, code]);
    // Never full: who asks again is not sent elsewhere.
    expect([...refusals]).not.toContain("ROOM_FULL");
    for (const player of again)
      await player.until("both", () => [...player.room.state.seats.values()].every(({ away }) => !away));
    expect(state(again[0])).toEqual(seen);
    // Ben may not have seen the last act, which was his own.
    expect(handOf(again[0])).toEqual(hand);
    expect(seen.count).toContain(`${again.map((player) => handOf(player).length)}`);
    // One room, in one of the two: what one does, the other sees.
    await move(again);
    await again[1].until("the move", () => state(again[1]).count !== seen.count);
    for (const player of again) player.stop();
  });
});

/** What all see of a match, whoever's seat has which id. */
function state({ room: { state } }: Player) {
  const seats = [...state.seats.values()].sort((a, b) => a.place - b.place);
  const turn = seats.findIndex(({ id }) => id === state.turn);
  const count = `${state.last} ${state.top} ${state.pile} ${seats.map((seat) => seat.count)} ${state.drawn}`;
  return { count, turn, phase: state.phase, round: state.round, points: seats.map(({ points }) => points) };
}
