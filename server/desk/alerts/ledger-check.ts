import type { BaseLogger } from "pino";
import { Gauge, type Registry } from "prom-client";
import type { DataSource } from "typeorm";
import { withTimeout } from "../../../shared/internal.ts";
import { verifyLedger } from "../../items/ledger.ts";

/** Milliseconds between two checks, from the first one to the start, and what a check may take. */
const EVERY_MS = 3_600_000;
const FIRST_MS = 60_000;
const MOST_MS = 120_000;

/** Compares all balances with the ledger from time to time. */
export interface LedgerCheck {
  /** Accounts that differed at the last check; undefined: none was made yet. */
  readonly differences: number | undefined;
  /** Checks if it is time. */
  look(): Promise<void>;
  /** Checks now. */
  check(): Promise<void>;
}

/** Opens the check. In a cluster one process makes it: the one that tells alerts. */
export function openLedgerCheck(
  ds: DataSource,
  registry: Registry,
  log: Pick<BaseLogger, "warn">,
  now: () => number = Date.now,
): LedgerCheck {
  let differences: number | undefined;
  let checkedAt: number | undefined;
  let dueAt = now() + FIRST_MS;
  const gauge = (name: string, help: string, value: () => number | undefined) =>
    new Gauge({
      name: `roomkeep_ledger_${name}`,
      help,
      registers: [registry],
      collect() {
        const known = value();
        this.reset();
        if (known !== undefined) this.set(known);
        else this.remove();
      },
    });
  gauge(
    "differences",
    "Balances that differed from the ledger at the last check of this process",
    () => differences,
  );
  gauge("check_timestamp_seconds", "When this process last compared all balances with the ledger", () =>
    checkedAt === undefined ? undefined : checkedAt / 1000,
  );
  async function check(): Promise<void> {
    dueAt = now() + EVERY_MS;
    try {
      differences = (await withTimeout(MOST_MS, verifyLedger(ds))).length;
      checkedAt = now();
    } catch (error) {
      log.warn({ err: error }, "the ledger could not be compared with the balances");
    }
  }
  return {
    get differences() {
      return differences;
    },
    check,
    look: async () => (now() >= dueAt ? check() : undefined),
  };
}
