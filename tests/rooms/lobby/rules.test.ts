import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineLobby, type LobbyHost, type LobbyOptions } from "../../../rooms/lobby/lobby.ts";
import type { RoomPlayer } from "../../../rooms/player.ts";
import type { Refusal } from "../../../shared/index.ts";

type Act = (player: RoomPlayer, message: unknown) => Refusal | undefined;
interface Seat {
  id: string;
  name: string;
  away: boolean;
  bot: boolean;
  ready: boolean;
}

const SETTINGS = z.object({
  rounds: z.int().min(1).max(20).default(5),
  words: z.array(z.string()).default([]),
});

/** A lobby whose room is the test: what it would do is written down. */
function openLobby<T>(options: LobbyOptions<T>) {
  const lobby = defineLobby(options);
  const acts = new Map<string, Act>();
  const state = { leader: "", settings: "{}" };
  const seats = new Map<string, Seat>();
  const players = new Map<string, RoomPlayer>();
  const viewers = new Map<string, { accountId: string; client: { reconnectionToken: string } }>();
  const done: string[] = [];
  const game = { isOpen: true, bots: 0 };
  const host: LobbyHost<RoomPlayer> = {
    state,
    seats,
    players,
    game: {
      isOpen: () => game.isOpen,
      mayBegin: () => game.isOpen,
      begin: () => void done.push("begin"),
      rematch: () => void done.push("rematch"),
    },
    router: { on: (type: string, _: unknown, act: unknown) => void acts.set(type, act as Act) } as never,
    now: () => 0,
    later: () => ({ clear() {} }),
    botsToCome: () => game.bots,
    removeBot: (id) => {
      if (!seats.get(id)?.bot) return false;
      done.push(`bot ${id}`);
      return seats.delete(id);
    },
    letGo: (player, why) => void done.push(`${why} ${player.sessionId}`),
    viewer: (id) => viewers.get(id),
    letGoViewers: (accountId) => void done.push(`viewers of ${accountId}`),
    notice: () => {},
  };
  lobby.open(host);
  const come = (id: string, more: Partial<Seat> = {}) => {
    const player = {
      sessionId: id,
      name: id,
      claim: { sheet: { accountId: `account-${id}` } },
      client: { reconnectionToken: `token-${id}` },
    } as unknown as RoomPlayer;
    seats.set(id, { id, name: id, away: false, bot: false, ready: false, ...more });
    if (!more.bot) players.set(id, player);
    lobby.entered(player);
    return player;
  };
  const send = (player: RoomPlayer, type: string, message?: unknown) =>
    acts.get(type)?.(player, message)?.code ?? "done";
  return { lobby, state, seats, players, viewers, done, game, come, send };
}

describe("a lobby", () => {
  let hall: ReturnType<typeof openLobby<z.output<typeof SETTINGS>>>;
  let [ann, bob] = [] as unknown as [RoomPlayer, RoomPlayer];
  beforeEach(() => {
    hall = openLobby({ settings: SETTINGS, playersMin: 2 });
    [ann, bob] = [hall.come("ann"), hall.come("bob")];
  });

  it("takes the leader's word alone, for each thing that only a leader may do", () => {
    for (const [type, message] of [
      ["start", undefined],
      ["rematch", undefined],
      ["settings", { rounds: 3 }],
      ["lead", { to: "bob" }],
      ["kick", { id: "ann" }],
    ] as const) {
      expect(hall.send(bob, type, message), type).toBe("NOT_LEADER");
    }
    expect([hall.done, hall.state]).toEqual([[], { leader: "ann", settings: '{"rounds":5,"words":[]}' }]);
    expect(hall.send(ann, "start")).toBe("done");
    expect(hall.done).toEqual(["begin"]);
  });

  it("begins no game that is on, and none without players enough who are there", () => {
    const one = hall.seats.get("bob") as Seat;
    one.away = true;
    expect(hall.send(ann, "start")).toBe("ACTION_REFUSED");
    hall.game.bots = 1;
    expect(hall.send(ann, "start")).toBe("done");
    hall.game.isOpen = false;
    expect(hall.send(ann, "start")).toBe("PHASE_WRONG");
    expect(hall.done).toEqual(["begin"]);
  });

  it("takes marks while it is open, of who has a seat, and begins when all are ready", () => {
    const strange = { ...ann, sessionId: "nobody" } as RoomPlayer;
    expect(hall.send(strange, "ready", { ready: true })).toBe("SEAT_NONE");
    hall.game.isOpen = false;
    expect(hall.send(ann, "ready", { ready: true })).toBe("PHASE_WRONG");
    hall.game.isOpen = true;
    hall.send(ann, "ready", { ready: true });
    expect(hall.done).toEqual([]);
    hall.send(bob, "ready", { ready: true });
    expect(hall.done).toEqual(["begin"]);
    hall.lobby.left();
    expect([...hall.seats.values()].map(({ ready }) => ready)).toEqual([false, false]);
    // A room in which nobody is begins nothing.
    for (const one of hall.seats.values()) one.away = true;
    hall.lobby.seatsChanged();
    expect(hall.done).toEqual(["begin"]);
  });

  it("hands the lead to somebody who is there: to no bot, to nobody who is away", () => {
    hall.come("robot", { bot: true });
    hall.come("cyd", { away: true });
    const give = (to: string) => hall.send(ann, "lead", { to });
    expect([give("nobody"), give("robot"), give("cyd")]).toEqual([
      "PLAYER_UNKNOWN",
      "PLAYER_UNKNOWN",
      "ACTION_REFUSED",
    ]);
    expect(hall.state.leader).toBe("ann");
    expect([give("bob"), hall.state.leader]).toEqual(["done", "bob"]);
  });

  it("keeps a kicked account out, who plays or watches, with all its viewers; nobody kicks themselves", () => {
    const kick = (id: string) => hall.send(ann, "kick", { id });
    hall.viewers.set("eye", { accountId: "account-eye", client: { reconnectionToken: "token-eye" } });
    hall.viewers.set("own", { accountId: "account-ann", client: { reconnectionToken: "token-own" } });
    expect([kick("ann"), kick("own"), kick("nobody")]).toEqual([
      "ACTION_REFUSED",
      "ACTION_REFUSED",
      "PLAYER_UNKNOWN",
    ]);
    expect(hall.done).toEqual([]);
    hall.come("robot", { bot: true });
    expect([kick("robot"), kick("bob"), kick("eye")]).toEqual(["done", "done", "done"]);
    expect(hall.done).toEqual([
      "bot robot",
      "kicked bob",
      "viewers of account-bob",
      "viewers of account-eye",
    ]);
    for (const who of ["bob", "eye"]) {
      expect(() => hall.lobby.refuseAccount(`account-${who}`)).toThrow(/removed you/);
      expect(() => hall.lobby.refuseToken(`token-${who}`)).toThrow(/removed you/);
    }
    expect(() => hall.lobby.refuseAccount("account-ann")).not.toThrow();
    expect(() => hall.lobby.refuseToken("token-own")).not.toThrow();
  });

  it.each<[object, string]>([
    [{ rounds: 3 }, "done"],
    [{ rounds: 0 }, "SETTINGS_INVALID"],
    [{ rounds: "3" }, "SETTINGS_INVALID"],
    [{ colour: "red" }, "SETTINGS_INVALID"],
    [{ words: Array(300).fill("long word") }, "SETTINGS_INVALID"],
  ])("takes settings by their shape: %j", (changes, code) => {
    const before = hall.state.settings;
    expect(hall.send(ann, "settings", changes)).toBe(code);
    if (code !== "done") expect(hall.state.settings).toBe(before);
    else expect(hall.lobby.settings).toEqual({ rounds: 3, words: [] });
    hall.game.isOpen = false;
    expect(hall.send(ann, "settings", { rounds: 4 })).toBe("PHASE_WRONG");
  });
});

it("a game without settings takes none, and one whose setting has no default does not open", () => {
  const { come, send } = openLobby({});
  expect(send(come("ann"), "settings", {})).toBe("SETTINGS_INVALID");
  expect(() => openLobby({ settings: z.object({ rounds: z.int() }) })).toThrow(
    expect.objectContaining({ code: "GAME_INVALID" }),
  );
});
