/** What the server refused, or that it did not answer (code "OFFLINE"). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What each sign-in answers with. */
export interface Tokens {
  /** The refresh token: good once. */
  token: string;
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

/** Longest wait for an answer, ms. */
const TIMEOUT_MS = 10_000;

/** Calls of the HTTP API. All throw {@link ApiError}. */
export interface HttpClient {
  /** The refresh token that this browser keeps: set when it is read from there, and by each sign-in. */
  token: string | undefined;
  /** Told of each new refresh token, so that it is kept; the one before is used up. */
  onToken: ((token: string) => void) | undefined;
  /** Reads the kept refresh token: another tab of this browser may have used up ours and kept the next. */
  latestToken: (() => string | undefined) | undefined;
  /** Calls as nobody. */
  send<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Calls as whoever is signed in. */
  sendSignedIn<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Calls as nobody, and is signed in by the answer. */
  signIn<T>(path: string, body: unknown): Promise<T & Tokens>;
}

/** Opens the calls of an origin; "" is the page's own. */
export function openHttpClient(origin: string, send: typeof fetch): HttpClient {
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
        signal: AbortSignal.timeout(TIMEOUT_MS),
        body: body === undefined ? null : JSON.stringify(body),
      });
    } catch (cause) {
      throw new ApiError("OFFLINE", "The server does not answer. Check the connection and try again.", {
        cause,
      });
    }
    if (response.status === 204) return undefined as T;
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer as T;
    // Good, but cut off on its way: as if there had been no answer.
    if (response.ok) throw new ApiError("OFFLINE", "The answer of the server was cut off. Try again.");
    const { code = "OFFLINE", message = `The server answered with ${response.status}.` } = (answer ??
      {}) as Partial<ApiError>;
    throw new ApiError(code, message);
  };
  const keep = <T extends Tokens>(signedIn: T): T => {
    const { token, accessToken, expiresIn } = signedIn;
    calls.token = token;
    access = { text: accessToken, of: token, until: Date.now() + (expiresIn - 20) * 1_000 };
    calls.onToken?.(token);
    return signedIn;
  };
  /** Calls that come together share one refresh: a refresh token is good once. */
  const fresh = () => {
    const token = calls.latestToken?.() ?? calls.token;
    refreshing ??= ask<Tokens>("POST", "/v1/token", { token })
      .then((pair) => keep(pair).accessToken)
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  };
  const calls: HttpClient = {
    token: undefined,
    onToken: undefined,
    latestToken: undefined,
    send: (method, path, body) => ask(method, path, body),
    signIn: async <T>(path: string, body: unknown) => keep(await ask<T & Tokens>("POST", path, body)),
    async sendSignedIn(method, path, body) {
      if (!calls.token) throw new ApiError("TOKEN_INVALID", "Nobody is signed in.");
      const known = access?.of === calls.token && access.until > Date.now() ? access.text : await fresh();
      try {
        return await ask(method, path, body, known);
      } catch (error) {
        // The clock of this device may be off.
        if (!(error instanceof ApiError) || error.code !== "TOKEN_EXPIRED") throw error;
        return ask(method, path, body, await fresh());
      }
    },
  };
  return calls;
}
