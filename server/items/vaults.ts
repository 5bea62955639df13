import type { Db } from "../storage/database.ts";

/** Whether a purse is that of a vault: characters are ids. */
export const isVault = (purse: string) => purse.startsWith("vault:");

/** Locks a vault until the transaction ends; it is made where there is none. @returns its coins */
export async function lockVault(db: Db, name: string): Promise<number> {
  await db.query("INSERT INTO vault (name) VALUES ($1) ON CONFLICT DO NOTHING", [name]);
  const [row] = await db.query<{ coins: string }[]>("SELECT coins FROM vault WHERE name = $1 FOR UPDATE", [
    name,
  ]);
  return Number(row?.coins ?? 0);
}

/** Stores the coins of a locked vault. @returns rows and their count, which must be 1 */
export function storeVault(
  db: Db,
  name: string,
  { coins, old }: { readonly coins: number; readonly old: number },
): Promise<[unknown, number]> {
  return db.query("UPDATE vault SET coins = $2 WHERE name = $1 AND coins = $3", [name, coins, old]);
}

/** What a vault holds. */
export interface VaultContent {
  readonly coins: number;
  /** By template, in their order. */
  readonly items: readonly { readonly template: string; readonly qty: number }[];
}

/** Reads a vault, by its whole name; of one that there is not it is empty. One statement: of one moment. */
export async function readVault(db: Db, name: string): Promise<VaultContent> {
  const rows = await db.query<{ template: string | null; n: string }[]>(
    `SELECT NULL AS template, coins AS n FROM vault WHERE name = $1
     UNION ALL
     SELECT * FROM (
       SELECT template, sum(qty) AS n FROM item WHERE container = $1 GROUP BY template ORDER BY template
     ) AS held`,
    [name],
  );
  return {
    coins: Number(rows.find(({ template }) => template === null)?.n ?? 0),
    items: rows.flatMap(({ template, n }) => (template === null ? [] : [{ template, qty: Number(n) }])),
  };
}
