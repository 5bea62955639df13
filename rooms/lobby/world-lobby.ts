import { type Avatar, type Refusal, RoomkeepError, type WorldState } from "../../shared/index.ts";
import type { Player } from "../player.ts";
import type { LeadWait } from "./lead.ts";
import type { AnyLobby, LobbyHost, LobbySeat } from "./lobby.ts";
import type { RoomDoor } from "./room-door.ts";
import type { SeatsSave } from "./seats-save.ts";
import { TimeOfTicks } from "./tick-time.ts";

/** What the lobby uses of a world's state and avatars, where they have it. */
interface GatheredState {
  leader?: unknown;
  settings?: unknown;
}
type GatheredAvatar = Avatar & { ready?: boolean };

/** How a leader's word becomes a game. */
export type BeginHow = "start" | "rematch";

/** What the lobby of a world needs of its room. */
export interface WorldLobbyHost<A extends Avatar>
  extends Pick<LobbyHost<Player<A>>, "players" | "router" | "letGo" | "viewer" | "letGoViewers" | "notice"> {
  readonly state: WorldState;
  readonly tickHz: number;
  tick(): number;
  gathers(): boolean;
  begin(how: BeginHow): Refusal | undefined;
}

/** The lobby of a room with a world: its avatars have the seats, and its ticks count the time. */
export class WorldLobby<A extends Avatar> implements RoomDoor<Player<A>> {
  readonly #lobby: AnyLobby;
  readonly #time: TimeOfTicks;

  /** Registers the messages of the lobby. @throws GAME_INVALID a setting has no default */
  constructor(host: WorldLobbyHost<A>, lobby: AnyLobby) {
    this.#lobby = lobby;
    this.#time = new TimeOfTicks(() => host.tick(), host.tickHz);
    const begin = (how: BeginHow) => {
      const refusal = host.begin(how);
      if (!refusal) lobby.left();
      return refusal;
    };
    lobby.open<Player<A>>({
      ...host,
      state: gatheredState(host.state as GatheredState),
      seats: seatsOf(host.players),
      now: () => this.#time.now(),
      later: (ms, run) => this.#time.later(ms, run),
      game: {
        isOpen: () => host.gathers(),
        mayBegin: () => host.gathers(),
        begin: () => begin("start"),
        rematch: () => lobby.refusalToBegin() ?? begin("rematch"),
      },
      botsToCome: () => 0,
      removeBot: () => false,
    });
  }

  entered(player: Player<A>): void {
    this.#lobby.entered(player);
  }

  /** Somebody left, dropped or returned. */
  changed(): void {
    this.#lobby.seatsChanged();
  }

  heard(player: Player<A>): void {
    this.#lobby.heard(player);
  }

  /** Once a tick. */
  settle(): void {
    this.#time.settle();
  }

  refuseAccount(id: string): void {
    this.#lobby.refuseAccount(id);
  }

  refuseToken(token: string): void {
    this.#lobby.refuseToken(token);
  }

  /** For a mark of a recording. */
  keepWait(): LeadWait | null {
    return this.#lobby.keepWait() ?? null;
  }

  restoreWait(wait: LeadWait | null): void {
    this.#lobby.restoreWait(wait ?? undefined);
  }

  /** For a hot reload. */
  keep(): SeatsSave {
    return { phases: undefined, kicked: this.#lobby.keep(), bots: undefined };
  }

  restore({ kicked }: SeatsSave): void {
    this.#lobby.restore(kicked);
  }
}

/** @throws GAME_INVALID the state of a room with a lobby does not show who leads */
export function checkGathered(room: string, state: object): void {
  if (typeof (state as GatheredState).leader === "string") return;
  const text = `${room} has a lobby: its state needs the field \`leader: t.string().default("")\`.`;
  throw new RoomkeepError("GAME_INVALID", text);
}

/** What all see. A world without settings has no field for them. */
function gatheredState(state: GatheredState): { leader: string; settings: string } {
  if (typeof state.settings === "string") return state as { leader: string; settings: string };
  return {
    get leader() {
      return String(state.leader);
    },
    set leader(id) {
      state.leader = id;
    },
    settings: "{}",
  };
}

function seatsOf<A extends Avatar>(players: ReadonlyMap<string, Player<A>>): LobbyHost<Player<A>>["seats"] {
  return {
    get(id) {
      const player = players.get(id);
      return player && seatOf(player);
    },
    values: () => [...players.values()].map(seatOf),
  };
}

function seatOf({ sessionId, avatar }: Pick<Player, "sessionId" | "avatar">): LobbySeat {
  const one: GatheredAvatar = avatar;
  return {
    id: sessionId,
    name: one.name,
    bot: false,
    get away() {
      return one.away;
    },
    get ready() {
      return one.ready ?? false;
    },
    set ready(ready) {
      if (one.ready !== undefined) one.ready = ready;
    },
  };
}
