import { connect } from "node:net";

/** Longest wait for an answer, ms: a server gives a head 10 s and a request 20. */
const PATIENCE_MS = 25_000;

/** What is sent, and what the answer is looked at for. */
export interface RawRequest {
  /** The first line and the headers, without the empty line behind; `Host` is not added. */
  readonly head: readonly string[];
  readonly body?: string | Buffer;
  /** True: the connection is ended before there is an answer. */
  readonly abort?: boolean;
  /** True: the head is never finished. */
  readonly unfinished?: boolean;
}

/** Sends bytes as they are. Resolves with the status and the code of the answer, "closed", or "no answer". */
export function sendRaw(url: string, { head, body = "", abort, unfinished }: RawRequest): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(Number(port), hostname);
    socket.setEncoding("latin1");
    const timer = setTimeout(() => end("no answer"), PATIENCE_MS);
    const end = (answer: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.on("error", () => {}); // told by "close"
    socket.on("close", () => end(readAnswer(heard) ?? "closed"));
    socket.on("data", (text: string) => {
      heard += text;
      const headEnd = heard.indexOf("\r\n\r\n");
      if (headEnd >= 0 && heard.length - headEnd - 4 >= contentLength(heard))
        end(readAnswer(heard) ?? "closed");
    });
    socket.write([...head, unfinished ? "x" : "\r\n"].join("\r\n"));
    socket.write(body);
    if (abort) setTimeout(() => end("closed by us"), 50);
  });
}

const contentLength = (heard: string) => Number(/\r\ncontent-length: (\d+)/i.exec(heard)?.[1] ?? 0);

function readAnswer(heard: string): string | undefined {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1];
  if (status === undefined) return undefined;
  const code = /"code":"([A-Z_]+)"/.exec(heard)?.[1] ?? /"error":"([A-Z_]+):/.exec(heard)?.[1];
  return code === undefined ? status : `${status} ${code}`;
}

/** Asks as a page would; the answer as of {@link sendRaw}. */
export async function ask(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<string> {
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  const json: Record<string, string> = text === null ? {} : { "content-type": "application/json" };
  try {
    const answer = await fetch(url, {
      method,
      body: text,
      headers: { ...json, ...headers },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const told = await answer.text();
    const code = /"code":"([A-Z_]+)"/.exec(told)?.[1] ?? /"error":"([A-Z_]+):/.exec(told)?.[1];
    return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
  } catch (error) {
    return error instanceof DOMException ? "no answer" : "closed";
  }
}
