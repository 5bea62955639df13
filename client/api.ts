/** A guest's character as the server tells it. */
export interface Character {
  id: string;
  name: string;
  color: number;
  shape: number;
}

/** What a player looks like and is called. */
export type Looks = Pick<Character, "name" | "color" | "shape">;

/** An open room in the list. */
export interface RoomEntry {
  roomId: string;
  code: string;
  game: string;
  label: string;
  players: number;
  maxPlayers: number;
  open: boolean;
}

/** A game on offer. */
export interface GameEntry {
  game: string;
  label: string;
  description: string;
  maxPlayers: number;
  private?: boolean;
}

/** What the server refused, or that it did not answer (code "OFFLINE"). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

interface NewGuest {
  recoveryCode: string;
  character: Character;
}

interface Tokens {
  token: string;
  accessToken: string;
  expiresIn: number;
}
/** Longest wait for an answer, ms. */
const ANSWER_MS = 10_000;

/** The HTTP side of the server. */
export interface Api {
  /** The refresh token that this browser keeps: set when it is read from there, and by each sign-in. */
  token: string | undefined;
  /** Told of each new refresh token, so that it is kept; the one before is used up. */
  onToken: ((token: string) => void) | undefined;
  /** Reads the kept refresh token: another tab of this browser may have used up ours and kept the next. */
  latestToken: (() => string | undefined) | undefined;
  createGuest(looks: Looks): Promise<NewGuest>;
  recover(code: string): Promise<{ character: Character }>;
  /** A ticket for one join: to any room of a game, or to one room. */
  ticket(door: { game: string } | { roomId: string }): Promise<string>;
  me(): Promise<{ character: Character }>;
  changeMe(looks: Partial<Looks>): Promise<{ character: Character }>;
  rooms(): Promise<{ rooms: RoomEntry[]; games: GameEntry[] }>;
  /** @throws ApiError ROOM_UNKNOWN */
  findRoom(code: string): Promise<{ roomId: string; game: string }>;
}

/** Opens the API of an origin; "" is the page's own. Every call throws {@link ApiError}. */
export function openApi(origin = "", send: typeof fetch = (...args) => fetch(...args)): Api {
  /** Good for some minutes; belongs to `token`. */
  let access: { text: string; of: string; until: number } | undefined;
  let refreshing: Promise<string> | undefined;

  const ask = async <T>(method: string, path: string, body?: unknown, bearer?: string): Promise<T> => {
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    let response: Response;
    try {
      response = await send(origin + path, {
        method,
        headers,
        signal: AbortSignal.timeout(ANSWER_MS),
        body: body === undefined ? null : JSON.stringify(body),
      });
    } catch (cause) {
      throw new ApiError("OFFLINE", "The server does not answer. Check the connection and try again.", {
        cause,
      });
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer as T;
    // Good, but cut off on its way: as if there had been no answer.
    if (response.ok) throw new ApiError("OFFLINE", "The answer of the server was cut off. Try again.");
    const { code = "OFFLINE", message = `The server answered with ${response.status}.` } = (answer ??
      {}) as Partial<ApiError>;
    throw new ApiError(code, message);
  };
  const enter = <T extends Tokens>(signedIn: T): T => {
    const { token, accessToken, expiresIn } = signedIn;
    api.token = token;
    access = { text: accessToken, of: token, until: Date.now() + (expiresIn - 20) * 1_000 };
    api.onToken?.(token);
    return signedIn;
  };
  const refresh = async (token: string) =>
    enter(await ask<Tokens>("POST", "/v1/token", { token })).accessToken;
  /** Calls as whoever is signed in. Calls that come together share one refresh: a refresh token is good once. */
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    if (!api.token) throw new ApiError("TOKEN_INVALID", "Nobody is signed in.");
    const fresh = async () => {
      refreshing ??= refresh(api.latestToken?.() ?? api.token ?? "").finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    };
    const known = access?.of === api.token && access.until > Date.now() ? access.text : await fresh();
    try {
      return await ask<T>(method, path, body, known);
    } catch (error) {
      // The clock of this device may be off.
      if (!(error instanceof ApiError) || error.code !== "TOKEN_EXPIRED") throw error;
      return ask<T>(method, path, body, await fresh());
    }
  };
  const api: Api = {
    token: undefined,
    onToken: undefined,
    latestToken: undefined,
    createGuest: async (looks) => enter(await ask<Tokens & NewGuest>("POST", "/v1/guests", looks)),
    recover: async (code) =>
      enter(await ask<Tokens & { character: Character }>("POST", "/v1/guests/recover", { code })),
    ticket: async (door) => (await call<{ ticket: string }>("POST", "/v1/tickets", door)).ticket,
    me: () => call("GET", "/v1/me"),
    changeMe: (looks) => call("PATCH", "/v1/me", looks),
    rooms: () => ask("GET", "/v1/rooms"),
    findRoom: (code) => ask("GET", `/v1/rooms/${encodeURIComponent(code)}`),
  };
  return api;
}
