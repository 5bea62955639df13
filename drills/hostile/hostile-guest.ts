import { request } from "node:http";
import type { SeatReservation } from "../../shared/protocol/messages.ts";
import type { Game } from "../frames/frames-honest.ts";

/** A guest who joins again and again. */
export interface HostileGuest {
  /** Address that the server sees: rate limits count by it. */
  readonly address: string;
  /** Path and query of a socket that has a seat in a room of the game. @throws Refused */
  reserve(game: Game): Promise<URL>;
}

/** A refusal of the server, by its code, and perhaps with a waiting time. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly waitMs: number,
  ) {
    super(`refused: ${code}`);
  }
}

const PATIENCE_MS = 10_000;

/** Only Linux has several loopback addresses without set-up. */
const addressOf = (n: number) => (process.platform === "linux" ? `127.0.1.${1 + (n % 250)}` : "127.0.0.1");

/** Makes the guest at its first reservation, and anew after its sign-in has run out. */
export function openHostileGuest(url: string, n: number): HostileGuest {
  const address = addressOf(n);
  let accessToken: string | undefined;
  const ask = (path: string, body: object, bearer?: string) =>
    post(new URL(path, url), body, address, bearer);
  return {
    address,
    async reserve(game) {
      accessToken ??= ((await ask("/v1/guests", { name: `Rough ${n}`, color: 0, shape: 0 })) as Tokens)
        .accessToken;
      try {
        const { ticket } = (await ask("/v1/tickets", { game }, accessToken)) as { ticket: string };
        const seat = (await ask(`/matchmake/joinOrCreate/${game}`, {}, ticket)) as SeatReservation;
        return new URL(`/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`, url);
      } catch (error) {
        if (error instanceof Refused && error.code.startsWith("TOKEN_")) accessToken = undefined;
        throw error;
      }
    },
  };
}

interface Tokens {
  readonly accessToken: string;
}

function post(url: URL, body: object, localAddress: string, bearer?: string): Promise<unknown> {
  const text = JSON.stringify(body);
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: "POST", headers, localAddress, agent: false, timeout: PATIENCE_MS });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => reject(new Refused("no answer", 1_000)));
    asked.on("response", (answer) => {
      let heard = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        heard += part;
      });
      answer.on("error", () => reject(new Refused("no answer", 1_000)));
      answer.on("end", () => {
        const told = parsed(heard);
        const waitMs = 1_000 * Number(answer.headers["retry-after"] ?? 1);
        if (answer.statusCode !== undefined && answer.statusCode < 300 && told) resolve(told);
        else reject(new Refused(codeOf(told) ?? `status ${answer.statusCode}`, waitMs));
      });
    });
    asked.end(text);
  });
}

function parsed(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** Matchmaking answers with a number as its code, and ours in front of the text. */
function codeOf(told: object | undefined): string | undefined {
  const { code, error, message } = (told ?? {}) as { code?: unknown; error?: unknown; message?: unknown };
  if (typeof code === "string") return code;
  return /[A-Z]{3,}_[A-Z_]+/.exec(`${error} ${message}`)?.[0];
}
