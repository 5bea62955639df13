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

/** Longest wait for an answer, ms. */
const ANSWER_MS = 10_000;

/** The HTTP side of the server. */
export interface Api {
  /** Sent with every call once it is set. */
  token: string | undefined;
  createGuest(looks: Looks): Promise<{ token: string; recoveryCode: string; character: Character }>;
  recover(code: string): Promise<{ token: string; character: Character }>;
  me(): Promise<{ character: Character }>;
  changeMe(looks: Partial<Looks>): Promise<{ character: Character }>;
  rooms(): Promise<{ rooms: RoomEntry[]; games: GameEntry[] }>;
  /** @throws ApiError ROOM_UNKNOWN */
  findRoom(code: string): Promise<{ roomId: string; game: string }>;
}

/** Opens the API of an origin; "" is the page's own. Every call throws {@link ApiError}. */
export function openApi(origin = "", send: typeof fetch = (...args) => fetch(...args)): Api {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (api.token) headers.authorization = `Bearer ${api.token}`;
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
    if (response.ok) return answer as T;
    const { code = "OFFLINE", message = `The server answered with ${response.status}.` } = (answer ??
      {}) as Partial<ApiError>;
    throw new ApiError(code, message);
  };
  const api: Api = {
    token: undefined,
    createGuest: (looks) => call("POST", "/v1/guests", looks),
    recover: (code) => call("POST", "/v1/guests/recover", { code }),
    me: () => call("GET", "/v1/me"),
    changeMe: (looks) => call("PATCH", "/v1/me", looks),
    rooms: () => call("GET", "/v1/rooms"),
    findRoom: (code) => call("GET", `/v1/rooms/${encodeURIComponent(code)}`),
  };
  return api;
}
