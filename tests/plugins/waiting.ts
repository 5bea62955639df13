import type { DataSource, EntityManager } from "typeorm";

/** What a transaction of another process holds. @returns nothing: it holds what it has locked or written */
type Hold = (db: EntityManager) => Promise<unknown>;

/**
 * Does work while another transaction holds something, and commits that one once the work waits for it, or is
 * done. Needs PostgreSQL with several connections.
 *
 * @returns whether it waited, and what came of it in the end
 */
export async function whileHeld<T>(
  ds: DataSource,
  hold: Hold,
  work: () => Promise<T>,
): Promise<{ readonly waited: boolean; readonly result: T }> {
  const runner = ds.createQueryRunner();
  await runner.startTransaction();
  await hold(runner.manager);
  const [{ holder }] = await runner.query("SELECT pg_backend_pid() AS holder");
  let isDone = false;
  const working = work().finally(() => {
    isDone = true;
  });
  working.catch(() => {}); // its caller is told
  let waited = false;
  while (!isDone && !waited) {
    // Asked outside of the transaction: within one, the list of sessions stays as it was first read.
    const [row] = await ds.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND $1 = ANY(pg_blocking_pids(pid))`,
      [holder],
    );
    waited = row.n > 0;
  }
  await runner.commitTransaction();
  await runner.release();
  return { waited, result: await working };
}
