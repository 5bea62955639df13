import { RoomkeepError } from "../../../shared/index.ts";
import { loginKey } from "../../accounts/accounts.ts";
import { addressKey, type RateLimit } from "../../accounts/rate-limit.ts";

/** A sign-in that is tried. */
export interface Attempt {
  /** Name or e-mail address, as it was given. */
  readonly login: string;
  readonly address: string;
}

/** Limits of failed sign-ins at the desk. */
export interface Attempts {
  /**
   * Counts the attempt before `work`, so that many at once cannot slip through, and takes it back when `work`
   * succeeds or asks for a code.
   *
   * @throws RATE_LIMITED, and what `work` throws
   */
  count<T>(attempt: Attempt, work: () => Promise<T>): Promise<T>;
}

/** Length of the window, seconds, and failures in it. */
const WINDOW_S = 300;
const OF_ADDRESS = 30;
const OF_PAIR = 10;
const OF_ACCOUNT = 50;

/**
 * Opens the limits: of an address, of an account at an address, and of an account at all addresses that it
 * was never signed in from. A stranger can use up the last one, and their own; the operator comes in from
 * where they were before.
 */
export function openAttempts(
  limit: (name: string, points: number, seconds: number) => RateLimit,
  isKnown: (attempt: Attempt) => Promise<boolean>,
): Attempts {
  const ofAddress = limit("desk-address", OF_ADDRESS, WINDOW_S);
  const ofPair = limit("desk-pair", OF_PAIR, WINDOW_S);
  const ofAccount = limit("desk-account", OF_ACCOUNT, WINDOW_S);
  return {
    async count(attempt, work) {
      const [from, on] = [addressKey(attempt.address), loginKey(attempt.login)];
      const spent: (() => Promise<void>)[] = [];
      const spend = async (of: RateLimit, key: string) => {
        await of.spend(key);
        spent.push(() => of.refund(key));
      };
      const giveBack = () => Promise.all(spent.map((refund) => refund()));
      await spend(ofAddress, from);
      await spend(ofPair, `${from} ${on}`);
      if (!(await isKnown(attempt))) await spend(ofAccount, on);
      try {
        const done = await work();
        await giveBack();
        return done;
      } catch (error) {
        // The password was right, and no code was guessed.
        if (error instanceof RoomkeepError && error.code === "TOTP_NEEDED") await giveBack();
        throw error;
      }
    },
  };
}
