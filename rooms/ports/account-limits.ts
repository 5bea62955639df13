import type { Refusal } from "../../shared/index.ts";

/** How often one account may do something, in all rooms of all processes. */
export interface AccountLimit {
  /** So often within {@link withinS}. */
  readonly most: number;
  /** Seconds, from the first time on. */
  readonly withinS: number;
}

/** Counts what accounts do, in all rooms of all processes. */
export interface AccountLimitPort {
  /** Counts a line of chat. @returns RATE_LIMITED when it is one too many */
  countLine(accountId: string): Promise<Refusal | undefined>;
  /** Counts one of a kind that has a limit of its own. @returns RATE_LIMITED when it is one too many */
  count(name: string, accountId: string, limit: AccountLimit): Promise<Refusal | undefined>;
}
