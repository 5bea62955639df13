import { createHmac } from "node:crypto";
import type { Alert } from "./alert.ts";
import type { Channel } from "./delivery.ts";

/** Where the webhook is, and the secret that it knows us by. */
export interface WebhookSetting {
  readonly url: string;
  readonly secret: string;
}

/**
 * Signs a body: hex of HMAC-SHA256 over `<timestamp>.<body>`. The receiver computes the same, compares in
 * constant time, and refuses a timestamp that is older than minutes.
 */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
}

/**
 * Tells alerts by POST, as JSON `{ type, alert }`. The same message may come twice: `x-roomkeep-delivery`
 * is its name.
 */
export function webhookChannel({ url, secret }: WebhookSetting, now: () => number = Date.now): Channel {
  return {
    name: "webhook",
    async send(alert, signal) {
      const body = JSON.stringify({ type: `alert.${alert.state}`, alert });
      const timestamp = String(Math.floor(now() / 1000));
      const answer = await fetch(url, {
        method: "POST",
        // Wherever it leads, nobody there knows the secret.
        redirect: "error",
        signal,
        body,
        headers: {
          "content-type": "application/json",
          "user-agent": "roomkeep",
          "x-roomkeep-delivery": deliveryOf(alert),
          "x-roomkeep-timestamp": timestamp,
          "x-roomkeep-signature": `v1=${signatureOf(secret, timestamp, body)}`,
        },
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
    },
  };
}

const deliveryOf = ({ id, state, times }: Alert) => `${id}.${state}.${times}`;
