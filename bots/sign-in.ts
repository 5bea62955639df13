/** A signed-in account: its token and its chosen character. */
export interface SignedIn {
  /**
   * Names the sign-in as long as this process runs, although its refresh token changes with each use. Another
   * process can use it once.
   */
  token: string;
  /** Only for a new guest. */
  recoveryCode?: string;
  /** The chosen character: it joins when no other is named. */
  character: { id: string };
}

interface Tokens {
  token: string;
  accessToken: string;
  expiresIn: number;
}

/** Current tokens of each sign-in, by its first refresh token. */
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
 * Signs in as a new guest, or again with the token of an earlier sign-in.
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

/** Stores the tokens of a sign-in that the caller made itself, so that `token` can be used to join. */
export function keepTokens(pair: Tokens): void {
  browsers.set(pair.token, { pair: Promise.resolve(pair), until: goodUntil(pair) });
}

/** An access token for the account of `token`, refreshed when it has expired. */
export async function accessTokenOf(url: string, token: string): Promise<string> {
  const kept = browsers.get(token);
  if (kept && kept.until > Date.now()) return (await kept.pair).accessToken;
  const last = kept ? (await kept.pair).token : token;
  const pair = callApi<Tokens>(url, "POST", "/v1/token", { body: { token: last } });
  // Other calls wait for this request: a refresh token is good once.
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
  scope: { game: string } | { roomId: string },
  characterId?: string,
): Promise<string> {
  const accessToken = await accessTokenOf(url, token);
  const body = { ...scope, characterId };
  return (await callApi<{ ticket: string }>(url, "POST", "/v1/tickets", { body, accessToken })).ticket;
}

const goodUntil = ({ expiresIn }: Tokens) => Date.now() + (expiresIn - 20) * 1_000;
