import { callApi, enterRoom, keepTokens } from "../../bots/index.ts";
import { sleep } from "../children.ts";

interface Tokens {
  token: string;
  accessToken: string;
  expiresIn: number;
}

/** An account and its page. */
export interface Page {
  tokens: Tokens;
}

/** Makes so many guests, who have been in the plaza once: its room is open, statements are planned. */
export async function openPages(url: string, count: number): Promise<Page[]> {
  const pages: Page[] = [];
  for (let n = 0; n < count; n++) {
    const body = { name: `Player ${n}`, color: 0, shape: 0 };
    pages.push({ tokens: await callApi<Tokens>(url, "POST", "/v1/guests", { body }) });
  }
  await Promise.all(pages.map((page) => comeBack(url, page, 0)));
  return pages;
}

/** Everything that a page asks for which was closed for a while. @returns ms until it is in the room */
export async function comeBack(url: string, page: Page, playMs: number): Promise<number> {
  const at = performance.now();
  const { token } = page.tokens;
  page.tokens = await callApi<Tokens>(url, "POST", "/v1/token", { body: { token } });
  await readSignedIn(url, page, "/v1/account");
  await readSignedIn(url, page, "/v1/characters");
  keepTokens(page.tokens);
  const room = await enterRoom(url, "plaza", page.tokens.token);
  room.onMessage("*", () => {});
  const ms = performance.now() - at;
  await sleep(playMs);
  await room.leave();
  return ms;
}

export function readSignedIn(url: string, { tokens: { accessToken } }: Page, path: string): Promise<unknown> {
  return callApi(url, "GET", path, { accessToken });
}

/** Each page reads so often, once in so many ms, not all at the same moment. @returns ms of each reading */
export async function readInTurns<P>(
  pages: readonly P[],
  { times, everyMs }: { times: number; everyMs: number },
  read: (page: P) => Promise<unknown>,
): Promise<number[]> {
  const took = pages.map(async (page, n) => {
    const own: number[] = [];
    await sleep((everyMs * n) / pages.length);
    for (let time = 0; time < times; time++) {
      const at = performance.now();
      await read(page);
      own.push(performance.now() - at);
      await sleep(Math.max(0, everyMs - (performance.now() - at)));
    }
    return own;
  });
  return (await Promise.all(took)).flat();
}
