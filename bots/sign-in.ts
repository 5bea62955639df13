/** A sign-in: its token, and the character that it plays. */
export interface SignedIn {
  /**
   * Stands for the browser that signed in: good for as long as the test runs, though the refresh token behind
   * it changes with each use. In another process it is good once.
   */
  token: string;
  /** Only of a guest that was made now. */
  recoveryCode?: string;
  character: { id: string };
}

interface Tokens {
  token: string;
  accessToken: string;
  expiresIn: number;
}

/** What a browser would keep, by the token that it was first given. */
const browsers = new Map<string, { pair: Promise<Tokens>; until: number }>();

/**
 * Calls the API; throws an error with the server's `code` when it refuses.
 *
 * @example
 * const { status } = await callApi<{ status: string }>(server.url, "GET", "/health");
 */
export async function callApi<T>(
  url: string,
  method: string,
  path: string,
  { body, accessToken }: { body?: unknown; accessToken?: string } = {},
): Promise<T> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (accessToken !== undefined) headers.authorization = `Bearer ${accessToken}`;
  const response = await fetch(`${url}${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw Object.assign(new Error(`${method} ${path} refused: ${JSON.stringify(answer)}`), answer);
  }
  return answer as T;
}

/**
 * Signs in as a new guest, or as the account of a token.
 *
 * @example
 * const { token, character } = await signIn(server.url, { name: "Ann" });
 */
export async function signIn(
  url: string,
  who: { token?: string; name?: string; color?: number; shape?: number } = {},
): Promise<SignedIn> {
  if (who.token !== undefined) {
    const accessToken = await accessTokenOf(url, who.token);
    const { character } = await callApi<{ character: { id: string } }>(url, "GET", "/v1/me", { accessToken });
    return { token: who.token, character };
  }
  const { name = "Tester", color = 0, shape = 0 } = who;
  const body = { name, color, shape };
  const made = await callApi<SignedIn & Tokens>(url, "POST", "/v1/guests", { body });
  keepTokens(made);
  return { token: made.token, recoveryCode: made.recoveryCode, character: made.character };
}

/** Keeps the tokens of a sign-in that a test made by itself, so that its `token` may be used to join. */
export function keepTokens(pair: Tokens): void {
  browsers.set(pair.token, { pair: Promise.resolve(pair), until: goodUntil(pair) });
}

/** An access token of the account of a token; refreshed where it has run out. */
export async function accessTokenOf(url: string, token: string): Promise<string> {
  const kept = browsers.get(token);
  if (kept && kept.until > Date.now()) return (await kept.pair).accessToken;
  const last = kept ? (await kept.pair).token : token;
  const pair = callApi<Tokens>(url, "POST", "/v1/token", { body: { token: last } });
  // Whoever else asks meanwhile waits for this one: a refresh token is good once.
  const next = { pair, until: Number.POSITIVE_INFINITY };
  browsers.set(token, next);
  try {
    next.until = goodUntil(await pair);
  } catch (error) {
    browsers.delete(token);
    throw error;
  }
  return (await pair).accessToken;
}

/**
 * A ticket for one join, which the SDK sends as its token.
 *
 * @example
 * client.auth.token = await ticketFor(server.url, token, { game: "yard" });
 */
export async function ticketFor(
  url: string,
  token: string,
  door: { game: string } | { roomId: string },
  characterId?: string,
): Promise<string> {
  const accessToken = await accessTokenOf(url, token);
  const body = { ...door, characterId };
  return (await callApi<{ ticket: string }>(url, "POST", "/v1/tickets", { body, accessToken })).ticket;
}

const goodUntil = ({ expiresIn }: Tokens) => Date.now() + (expiresIn - 20) * 1_000;
