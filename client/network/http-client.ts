/** The server refused a request, or did not answer it (code "OFFLINE"). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** In the answer to each sign-in. */
export interface Tokens {
  /** Refresh token: it can be used once. */
  token: string;
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

/** Longest wait for an answer, ms. */
const TIMEOUT_MS = 10_000;

/** Sends requests to the HTTP API and keeps their tokens fresh. All throw {@link ApiError}. */
export interface HttpClient {
  /** The stored refresh token: set when it is read from the browser, and by each sign-in. */
  token: string | undefined;
  /** Called with each new refresh token, to store it; the one before is used up. */
  onToken: ((token: string) => void) | undefined;
  /**
   * Reads the stored refresh token: another tab of this browser may have used up ours and stored the next.
   */
  latestToken: (() => string | undefined) | undefined;
  /** Sends a request without a sign-in. */
  send<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Sends a request with the account that is signed in. */
  sendSignedIn<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Sends a request whose answer signs in. */
  signIn<T>(path: string, body: unknown): Promise<T & Tokens>;
}

/** Opens the client of an origin; "" is the page's own. */
export function openHttpClient(origin: string, fetcher: typeof fetch): HttpClient {
  /** The access token; it belongs to the refresh token `of`. */
  let access: { text: string; of: string; until: number } | undefined;
  let refreshing: Promise<string> | undefined;

  const request = async <T>(method: string, path: string, body?: unknown, bearer?: string): Promise<T> => {
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    let response: Response;
    try {
      response = await fetcher(origin + path, {
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
    // A successful answer that was cut off counts as no answer.
    if (response.ok) throw new ApiError("OFFLINE", "The server's answer was incomplete. Try again.");
    const { code = "OFFLINE", message = `The server answered with ${response.status}.` } = (answer ??
      {}) as Partial<ApiError>;
    throw new ApiError(code, message);
  };
  const storeTokens = <T extends Tokens>(signedIn: T): T => {
    const { token, accessToken, expiresIn } = signedIn;
    client.token = token;
    access = { text: accessToken, of: token, until: Date.now() + (expiresIn - 20) * 1_000 };
    client.onToken?.(token);
    return signedIn;
  };
  /** Requests of the same moment share one refresh: a refresh token can be used once. */
  const refresh = () => {
    const token = client.latestToken?.() ?? client.token;
    refreshing ??= request<Tokens>("POST", "/v1/token", { token })
      .then((pair) => storeTokens(pair).accessToken)
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  };
  const client: HttpClient = {
    token: undefined,
    onToken: undefined,
    latestToken: undefined,
    send: (method, path, body) => request(method, path, body),
    signIn: async <T>(path: string, body: unknown) =>
      storeTokens(await request<T & Tokens>("POST", path, body)),
    async sendSignedIn(method, path, body) {
      if (!client.token) throw new ApiError("TOKEN_INVALID", "You are not signed in. Sign in first.");
      const known = access?.of === client.token && access.until > Date.now() ? access.text : await refresh();
      try {
        return await request(method, path, body, known);
      } catch (error) {
        // The clock of this device may be wrong.
        if (!(error instanceof ApiError) || error.code !== "TOKEN_EXPIRED") throw error;
        return request(method, path, body, await refresh());
      }
    },
  };
  return client;
}
