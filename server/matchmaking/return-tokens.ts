import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { ReturnPort } from "../../rooms/internal.ts";
import type { TokenKeys } from "../accounts/token-keys.ts";

/** How long a return token is good, ms: a stay is seldom longer, and a later return joins the usual way. */
const RETURN_MS = 24 * 60 * 60 * 1000;

const signed = z.object({
  game: z.string(),
  roomId: z.string(),
  hidden: z.boolean(),
  instance: z.string().optional(),
  characterId: z.string(),
  until: z.number(),
});

const isSame = (own: string, mac: string) =>
  own.length === mac.length && timingSafeEqual(Buffer.from(own), Buffer.from(mac));

/**
 * Return tokens say where a character was, signed by the key that all processes share: nothing is stored, so
 * that they outlive a restart and a lost Redis.
 */
export function openReturns(keys: Pick<TokenKeys, "macsOf">, now = Date.now): ReturnPort {
  return {
    sign(stay) {
      const text = Buffer.from(JSON.stringify({ ...stay, until: now() + RETURN_MS })).toString("base64url");
      return `${text}.${keys.macsOf(text)[0]}`;
    },
    read(token = "") {
      const [text = "", mac = ""] = token.split(".");
      if (!keys.macsOf(text).some((own) => isSame(own, mac))) return undefined;
      const { until, ...stay } = signed.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
      return until > now() ? stay : undefined;
    },
  };
}
