import { hash, parseOptions, verify } from "@node-rs/argon2";
import { RoomkeepError } from "../../shared/index.ts";
import { newSecret } from "./secrets.ts";

/**
 * Shortest and longest password, in characters. NIST SP 800-63B requires at least 8, and that 64 are allowed.
 */
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 200;

/**
 * Argon2id with 19 MiB, two passes and one lane: the first choice of the OWASP Password Storage Cheat Sheet.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
 */
const COST = {
  algorithm: 2 /* argon2id; the package's enum exists for compilers only */,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};
/**
 * Hashes that run at a time, and hashes that may wait. More are refused, so that a flood of sign-ins takes no
 * memory.
 */
const AT_A_TIME = 2;
const WAITING = 100;

/** Hashes passwords and compares them, a few at a time. */
export interface Passwords {
  /**
   * Hashes a new password. It may not equal a text of `unlike`, e.g. the name.
   * @throws PASSWORD_WEAK; RATE_LIMITED when too many wait
   */
  hash(password: string, unlike?: readonly string[]): Promise<string>;
  /**
   * Compares; takes as long for an account that does not exist (`stored` undefined) as for one that does.
   * @throws RATE_LIMITED when too many wait
   */
  matches(password: string, stored: string | null | undefined): Promise<boolean>;
}

/** Opens the password hashing of a process: one queue for all callers. */
export function openPasswords(): Passwords {
  const queue = openQueue();
  let decoy: Promise<string> | undefined;
  return {
    async hash(password, unlike = []) {
      const checked = checkPassword(password, unlike);
      return queue(() => hash(checked, COST));
    },
    async matches(password, stored) {
      const tidy = password.normalize("NFKC").slice(0, PASSWORD_MAX * 4);
      decoy ??= hash(newSecret(), COST);
      const against = stored ?? (await decoy);
      const right = await queue(() => verify(against, tidy));
      return right && stored != null;
    },
  };
}

/** True when a stored hash has another cost than {@link COST} and should be replaced. */
export function isDated(stored: string): boolean {
  const { algorithm, memoryCost, timeCost, parallelism } = parseOptions(stored);
  return (
    algorithm !== COST.algorithm ||
    memoryCost !== COST.memoryCost ||
    timeCost !== COST.timeCost ||
    parallelism !== COST.parallelism
  );
}

/** Checks a new password and returns it in NFKC, which is the same from every keyboard (NIST SP 800-63B). */
function checkPassword(password: string, unlike: readonly string[]): string {
  const tidy = password.normalize("NFKC");
  const length = [...tidy].length;
  const refuse = (why: string) => new RoomkeepError("PASSWORD_WEAK", why);
  if (length < PASSWORD_MIN) throw refuse(`The password has fewer than ${PASSWORD_MIN} characters.`);
  if (length > PASSWORD_MAX) throw refuse(`The password has more than ${PASSWORD_MAX} characters.`);
  if (new Set(tidy).size < 4) throw refuse("The password is made of fewer than four different characters.");
  const plain = tidy.toLowerCase();
  if (unlike.some((word) => word.toLowerCase() === plain)) {
    throw refuse("The password is the same as the name or the address.");
  }
  return tidy;
}

function openQueue() {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= AT_A_TIME) {
      if (waiting.length >= WAITING) {
        throw new RoomkeepError("RATE_LIMITED", "Too many are signing in just now; try again in a moment.");
      }
      await new Promise<void>((go) => waiting.push(go));
    } else running += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next in the queue, or back.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
