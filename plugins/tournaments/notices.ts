import { z } from "zod";
import { defineKind, type Notifications } from "../notifications/index.ts";
import type { NoticeOf } from "./rows/settling.ts";

const open = { label: "Open", panel: "tournaments" };

const matchOpen = defineKind("tournaments.match", {
  params: z.object({ label: z.string() }),
  text: ({ label }) => `Your match of ${label} is open: come in before the time is over.`,
  actions: { open },
  push: ({ label }) => `Your match of ${label} is open.`,
});
const prizePaid = defineKind("tournaments.prize", {
  params: z.object({ label: z.string(), rank: z.int() }),
  text: ({ label, rank }) => `${label} is over: rank ${rank} is yours. The prize is in your purse or mail.`,
  actions: { open },
  push: ({ label, rank }) => `${label} is over: rank ${rank} is yours.`,
});
const feeBack = defineKind("tournaments.refund", {
  params: z.object({ label: z.string(), why: z.string() }),
  text: ({ label, why }) => `${label} was cancelled: ${why}. You have your fee back.`,
  actions: { open },
});

/** What players are told that has to wait for them. */
export interface Notices {
  /** A match waits. Never throws. */
  match(accounts: readonly string[], label: string): Promise<void>;
  readonly settled: NoticeOf;
}

/** Opens the notices, on a server that has notifications. */
export function openNotices(notes: Notifications | undefined, failed: (error: unknown) => void): Notices {
  if (!notes) return { match: async () => {}, settled: async () => () => {} };
  for (const kind of [matchOpen, prizePaid, feeBack]) notes.declare<z.ZodObject>(kind as never);
  return {
    async match(accounts, label) {
      const notice = { kind: matchOpen, params: { label }, expiresInS: 3_600 };
      await Promise.all(accounts.map((account) => notes.send(account, notice))).catch(failed);
    },
    async settled(db, { account, label, owed, rank, why }) {
      if (account === null) return () => {};
      const letters = notes.within(db);
      if (owed === "prize")
        await letters.send(account, { kind: prizePaid, params: { label, rank: rank ?? 0 } });
      else await letters.send(account, { kind: feeBack, params: { label, why: why ?? "" } });
      return letters.tell;
    },
  };
}
