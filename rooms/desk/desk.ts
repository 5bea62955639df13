import type { z } from "zod";
import { type Refusal, refuse } from "../../shared/index.ts";
import type { Console } from "../messaging/console.ts";
import type { RoomPlayer } from "../player.ts";
import type { KeptRecordingPort } from "../ports/recording-archive.ts";
import type { Viewer } from "../viewers/viewer.ts";
import type { RoomActs } from "./acts.ts";
import { listPeople } from "./people.ts";
import { type Asked, type DeskRequest, deskRequest } from "./requests.ts";
import { findInState, readStatePart } from "./state-tree.ts";
import type { WorldDesk } from "./world-desk.ts";

/** What the desk looks at in a room of any kind. */
export interface DeskHost {
  readonly roomId: string;
  readonly game: string;
  readonly label: string;
  state(): unknown;
  readonly players: ReadonlyMap<string, RoomPlayer>;
  readonly viewers: ReadonlyMap<string, Viewer>;
  readonly faults: ReadonlyMap<string, number>;
  readonly console: Console;
  readonly kept: Pick<KeptRecordingPort, "seconds">;
  readonly acts: RoomActs;
  /** Settings and numbers of the room that a list shows. */
  numbers(): {
    readonly locked: boolean;
    readonly hidden: boolean;
    readonly clients: number;
    readonly maxClients: number;
    readonly openedMs: number;
  };
  /** The part of a room with a world. */
  readonly world: WorldDesk | undefined;
}

/** An answer of a room to the desk: plain JSON. */
export type DeskAnswer = ({ readonly ok: true } & Readonly<Record<string, unknown>>) | Refusal;

type Answers = { readonly [Ask in DeskRequest["ask"]]: (host: DeskHost, asked: Asked<Ask>) => Outcome };
type Outcome = object | Refusal | Promise<object | Refusal>;

const NO_WORLD = refuse("WORLD_NONE", "This room has no world: it has neither a picture nor last seconds.");

const answers: Answers = {
  overview: (host) => ({
    roomId: host.roomId,
    game: host.game,
    label: host.label,
    ...host.numbers(),
    players: host.players.size,
    viewers: host.viewers.size,
    faults: sumOf(host.faults),
    world: host.world?.overview() ?? null,
  }),
  players: ({ players, viewers }, { secrets }) => ({ people: listPeople(players, viewers, secrets) }),
  async state({ state }, { path, find, secrets }) {
    return find === "" ? readStatePart(state(), path, secrets) : findInState(state(), find, secrets);
  },
  ticks: (host) => ({
    faults: Object.fromEntries(host.faults),
    traffic: host.acts.traffic(),
    world: host.world?.ticks() ?? null,
  }),
  picture: ({ world }, { level }) => world?.picture(level) ?? NO_WORLD,
  lock: ({ acts }, { locked }) => acts.lock(locked),
  announce: ({ acts }, { text }) => acts.announce(text),
  kick: ({ acts }, { player, reason }) => acts.kick(player, reason),
  close: ({ acts }, { reason }) => acts.close(reason),
  move: ({ acts }) => acts.move(),
  async command({ console }, { line, by, role }) {
    // The operation that asks has its entry in the audit log.
    const answer = await console.give({ id: by, role }, line, true);
    return typeof answer === "string" ? { answer } : answer;
  },
  keep: ({ world }, { reason, by, about }) => world?.keep({ reason, by, about }) ?? NO_WORLD,
  "scrub.open": ({ world }, { level }) => world?.openScrub(level) ?? NO_WORLD,
  "scrub.frames": ({ world }, { scrub, fromTick, toTick }) =>
    world?.frames(scrub, fromTick, toTick) ?? NO_WORLD,
  "scrub.path": ({ world }, { scrub, player }) => world?.path(scrub, player) ?? NO_WORLD,
  "scrub.close": ({ world }, { scrub }) => world?.closeScrub(scrub) ?? NO_WORLD,
};

const sumOf = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((sum, one) => sum + one, 0);

/**
 * Answers a request of the operator's desk, which may come from any process. It never throws: what does not
 * fit, and what fails, is refused.
 */
export async function answerDesk(host: DeskHost, request: unknown): Promise<DeskAnswer> {
  const { data, error } = deskRequest.safeParse(request);
  if (!data) return refuse("MESSAGE_INVALID", problemOf(error));
  try {
    const answer = answers[data.ask] as (host: DeskHost, asked: DeskRequest) => Outcome;
    const outcome = await answer(host, data);
    return isRefusal(outcome) ? outcome : { ...outcome, ok: true };
  } catch (error) {
    host.acts.failed(data.ask, error);
    return refuse("ACTION_REFUSED", "The room could not do this; its log tells why.");
  }
}

const isRefusal = (outcome: object): outcome is Refusal => "ok" in outcome && outcome.ok === false;

function problemOf({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join(".") || "the request"}: ${issue?.message}`;
}
