export { Account, type AccountRole } from "./account.ts";
export { Character } from "./character.ts";
export { Item } from "./item.ts";
export { LedgerLeg } from "./ledger.ts";
