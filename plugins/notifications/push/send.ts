import { Agent, request } from "node:https";
import { RoomkeepError } from "roomkeep/shared";
import { PrivateAddress, publicLookup } from "./address.ts";
import type { Subscription } from "./endpoint.ts";
import type { Vapid } from "./vapid.ts";

/** Longest time that one push may take from its name's look-up to its answer, ms. */
const DEADLINE_MS = 10_000;
/** What fits into one message besides what encryption adds, bytes. */
const TEXT_MAX = 3_993;

/** How a push ended: `gone`: the device takes no more; `later`: it may be tried again. */
export type PushOutcome =
  | { readonly outcome: "sent" | "gone" | "refused" }
  | { readonly outcome: "later"; readonly afterS: number | undefined };

/** Sends to one device. Never throws. */
export type Sender = (
  to: Subscription,
  payload: string,
  how: { readonly ttlS: number; readonly topic: string },
) => Promise<PushOutcome>;

/**
 * Opens the sender of a process. `web-push` encrypts and signs; the request is made here, so that it has a
 * deadline, takes in nothing of the answer, and goes to public addresses alone.
 *
 * @param options.allowPrivate true: addresses of the own network too, for a push service of one's own
 * @param options.ca PEM of one more authority
 * @throws PACKAGE_MISSING
 */
export async function openSender(
  vapid: Vapid,
  options: { readonly allowPrivate: boolean; readonly ca: string | undefined },
): Promise<{ send: Sender; close(): void }> {
  const { default: webPush } = await import("web-push").catch((cause) => {
    const text = "Web Push needs a package that is not installed: npm install web-push@3.6.7";
    throw new RoomkeepError("PACKAGE_MISSING", text, { cause });
  });
  const agent = new Agent({
    keepAlive: true,
    timeout: 30_000,
    maxSockets: 20,
    ...(!options.allowPrivate && { lookup: publicLookup }),
    ...(options.ca !== undefined && { ca: options.ca }),
  });
  return {
    close: () => agent.destroy(),
    async send(to, payload, { ttlS, topic }) {
      if (Buffer.byteLength(payload) > TEXT_MAX) return { outcome: "refused" };
      try {
        const { endpoint, method, headers, body } = webPush.generateRequestDetails(to, payload, {
          vapidDetails: vapid,
          TTL: ttlS,
          topic,
        });
        return await post(agent, endpoint, { method, headers, body });
      } catch (error) {
        // The name leads elsewhere now, or the keys are none after all: no later try mends it.
        if (error instanceof PrivateAddress || !isOfNetwork(error)) return { outcome: "refused" };
        return { outcome: "later", afterS: undefined };
      }
    },
  };
}

interface Encrypted {
  readonly method: string;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer | null;
}

function post(agent: Agent, endpoint: string, { method, headers, body }: Encrypted): Promise<PushOutcome> {
  return new Promise((resolve, reject) => {
    const asked = request(
      endpoint,
      {
        agent,
        method,
        headers: headers as Record<string, string>,
        signal: AbortSignal.timeout(DEADLINE_MS),
      },
      (answer) => {
        resolve(outcomeOf(answer.statusCode ?? 0, answer.headers["retry-after"]));
        // Its text is not needed, however long it is.
        answer.destroy();
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Redirects are not followed: they would lead to where nobody has looked. */
function outcomeOf(status: number, retryAfter: string | undefined): PushOutcome {
  if (status >= 200 && status < 300) return { outcome: "sent" };
  if (status === 404 || status === 410) return { outcome: "gone" };
  if (status === 429 || status >= 500) {
    const afterS = Number(retryAfter);
    return { outcome: "later", afterS: afterS > 0 && Number.isFinite(afterS) ? afterS : undefined };
  }
  return { outcome: "refused" };
}

/** Errors of sockets, names, TLS and the deadline have a code; those of the package have none. */
const isOfNetwork = (error: unknown) =>
  error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError" || "code" in error);
