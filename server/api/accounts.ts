import { RateLimiterMemory } from "rate-limiter-flexible";
import type { DataSource } from "typeorm";
import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { byRecovery, byToken, changeLooks, createGuest, type Guest } from "../guests.ts";
import { endpoint } from "./answer.ts";

const looks = z.object({ name: z.string().max(400), color: z.int(), shape: z.int() });
const recovery = z.object({ code: z.string().max(64) });

/** Guests: make one, look at oneself, change name and looks, come back by recovery code. */
export function accountEndpoints(ds: DataSource) {
  const made = new RateLimiterMemory({ points: 600, duration: 60 });
  const tried = new RateLimiterMemory({ points: 30, duration: 60 });
  const signIn = (token: string | undefined) => {
    if (token === undefined) throw new RoomkeepError("TOKEN_INVALID");
    return byToken(ds, token);
  };
  return {
    createGuest: endpoint({
      method: "POST",
      path: "/v1/guests",
      body: looks,
      invalid: "NAME_INVALID",
      status: 201,
      async answer({ body }) {
        await spend(made);
        const guest = await createGuest(ds, body);
        return { token: guest.token, recoveryCode: guest.recoveryCode, character: shownOf(guest) };
      },
    }),
    recoverGuest: endpoint({
      method: "POST",
      path: "/v1/guests/recover",
      body: recovery,
      invalid: "RECOVERY_INVALID",
      async answer({ body }) {
        await spend(tried);
        const guest = await byRecovery(ds, body.code);
        return { token: guest.token, character: shownOf(guest) };
      },
    }),
    readMe: endpoint({
      method: "GET",
      path: "/v1/me",
      answer: async ({ token }) => ({ character: shownOf(await signIn(token)) }),
    }),
    changeMe: endpoint({
      method: "PATCH",
      path: "/v1/me",
      body: looks.partial(),
      invalid: "NAME_INVALID",
      async answer({ token, body }) {
        const guest = await signIn(token);
        const changed = await changeLooks(ds.manager, guest, { ...lookOf(guest), ...body });
        return { character: { ...shownOf(guest), ...changed } };
      },
    }),
  };
}

const lookOf = ({ name, color, shape }: Guest) => ({ name, color, shape });
const shownOf = (guest: Guest) => ({ id: guest.characterId, ...lookOf(guest) });

/** One bucket for all: the address of a client behind a proxy cannot be trusted before a proxy is configured. */
async function spend(limiter: RateLimiterMemory): Promise<void> {
  try {
    await limiter.consume("all");
  } catch {
    throw new RoomkeepError("RATE_LIMITED", "Too many of these just now; try again in a minute.");
  }
}
