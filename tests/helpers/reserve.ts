import { Client, type Room } from "colyseus.js";
import { readErrorCode, type WorldState } from "roomkeep/shared";
import { accessTokenOf } from "../../bots/index.ts";

/** Answer of a server: a body, or the code of its refusal. */
export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  readonly body: Record<string, unknown>;
}

/** A caller with an address of its own, as a trusted proxy would report it. Only `sit` opens a socket. */
export interface Caller {
  ticket(token: string, door: { game: string } | { roomId: string }, characterId?: string): Promise<Answer>;
  /** Uses a ticket: asks the matchmaker for a seat. */
  useTicket(ticket: unknown, method: string, where: string, options?: object): Promise<Answer>;
  /** A ticket and its use: a seat by the room's code, or in any room of a game. */
  reserve(
    token: string,
    where: { game: string; create?: object } | { roomId: string },
    characterId?: string,
  ): Promise<Answer>;
  get(path: string): Promise<Answer>;
}

export function callerFrom(url: string, address: string): Caller {
  async function ask(method: string, path: string, body?: object, bearer?: unknown): Promise<Answer> {
    const headers: Record<string, string> = {
      "x-forwarded-for": address,
      "content-type": "application/json",
    };
    if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
    const sent = body === undefined ? null : JSON.stringify(body);
    const response = await fetch(`${url}${path}`, { method, headers, body: sent });
    const answer = (await response.json()) as Record<string, unknown>;
    const told = readErrorCode(String(answer.error ?? "")).code;
    return {
      status: response.status,
      code: response.ok
        ? undefined
        : ((answer.code as string | undefined) && told) || String(told ?? answer.code),
      retryAfter: response.headers.get("retry-after"),
      body: answer,
    };
  }
  const caller: Caller = {
    async ticket(token, door, characterId) {
      return ask("POST", "/v1/tickets", { ...door, characterId }, await accessTokenOf(url, token));
    },
    useTicket: (ticket, method, where, options = {}) =>
      ask("POST", `/matchmake/${method}/${where}`, options, ticket),
    async reserve(token, where, characterId) {
      const door = "game" in where ? { game: where.game } : where;
      const given = await caller.ticket(token, door, characterId);
      if (given.code !== undefined) return given;
      if ("roomId" in where) return caller.useTicket(given.body.ticket, "joinById", where.roomId);
      const method = where.create ? "create" : "joinOrCreate";
      return caller.useTicket(given.body.ticket, method, where.game, where.create);
    },
    get: (path) => ask("GET", path),
  };
  return caller;
}

/** Opens the socket of a reserved seat. */
export async function sit(url: string, seat: Answer): Promise<Room<unknown, WorldState>> {
  const room = await new Client(url).consumeSeatReservation<WorldState>(seat.body as never);
  room.onMessage("*", () => {});
  return room as Room<unknown, WorldState>;
}

/** The code of a seat whose socket is refused. */
export const refusalOf = (sitting: Promise<unknown>): Promise<string | undefined> =>
  sitting.then(
    () => "let in",
    (error) => readErrorCode(String((error as Error).message)).code,
  );
