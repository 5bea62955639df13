import type { Claim } from "roomkeep/rooms";
import { refuse } from "roomkeep/shared";
import type { DataSource } from "typeorm";
import type { CharacterPort, CharacterState } from "../../rooms/ports/characters.ts";
import type { ItemPort } from "../../rooms/ports/items.ts";

/** Items of a character, kept in the process's memory and saved with the rest as one blob. */
interface Blob {
  coins: number;
  relics: string[];
}

interface Row {
  id: string;
  account_id: string;
  name: string;
  color: number;
  shape: number;
  state: CharacterState;
}

/**
 * Persistence as it is often written: load on join, save the whole blob on leave. No lease, no ledger, no
 * request ids. With it the drill proves that it detects the losses.
 */
export function naivePorts(ds: DataSource): { characters: CharacterPort; items: ItemPort } {
  const blobs = new Map<string, Blob>();
  let claims = 0;

  async function load(id: string): Promise<Claim> {
    const [row] = await ds.query<Row[]>(
      "SELECT id, account_id, name, color, shape, state FROM character WHERE id = $1",
      [id],
    );
    const { account_id: accountId, state, ...rest } = row!;
    const { blob, ...stats } = state.stats;
    blobs.set(id, (blob as Blob | undefined) ?? { coins: 0, relics: [] });
    claims += 1;
    const sheet = { ...rest, accountId, coins: 0, state: { ...state, stats } };
    return { sheet, epoch: claims, version: 0 };
  }

  async function save({ sheet }: Claim, state: CharacterState): Promise<"saved"> {
    const whole = { ...state, stats: { ...state.stats, blob: blobs.get(sheet.id) } };
    await ds.query("UPDATE character SET state = $2 WHERE id = $1", [sheet.id, JSON.stringify(whole)]);
    return "saved";
  }

  const blobOf = ({ sheet }: Claim) => blobs.get(sheet.id)!;
  const stacksOf = ({ sheet }: Claim) =>
    blobOf({ sheet } as Claim).relics.map((template, slot) => ({
      id: template,
      template,
      container: `bag:${sheet.id}`,
      slot,
      qty: 1,
    }));
  const booked = (claim: Claim) => ({
    ok: true as const,
    stacks: stacksOf(claim),
    coins: { [claim.sheet.id]: blobOf(claim).coins },
  });
  const refused = async () => refuse("ACTION_REFUSED");

  const items: ItemPort = {
    knows: () => true,
    read: async (claim) => stacksOf(claim),
    look: async (claim) => booked(claim),
    readIn: async () => [],
    piles: async () => [],
    readMail: async () => [],
    answered: async () => null,
    death: async () => null,
    kills: async () => ({}),
    grant: async (claim, _id, template) => {
      blobOf(claim).relics.push(template);
      return booked(claim);
    },
    grantCoins: async (claim, _id, coins) => {
      blobOf(claim).coins += coins;
      return booked(claim);
    },
    trade: async (_id, a, b) => {
      const [from, to] = [blobOf(a.claim), blobOf(b.claim)];
      for (const { id } of a.offer.items) {
        if (!from.relics.includes(id)) return refuse("ITEM_MISSING");
        from.relics = from.relics.filter((relic) => relic !== id);
        to.relics.push(id);
      }
      return booked(a.claim);
    },
    use: refused,
    move: refused,
    drop: refused,
    pickUp: refused,
    clear: refused,
    buy: refused,
    sell: refused,
    mail: refused,
    takeMail: refused,
    die: refused,
    revive: refused,
    loot: refused,
    kill: refused,
  };
  const characters: CharacterPort = {
    claim: load,
    claimTransfer: load,
    save,
    release: save,
    held: () => undefined,
    transfer: async (claim, state) => {
      await save(claim, state);
      return "naive";
    },
    keep: async () => false,
    abandon: async () => {},
    onFenced: () => () => {},
    close: async () => {},
  };
  return { characters, items };
}
