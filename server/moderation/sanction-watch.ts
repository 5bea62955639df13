import { BlockList, isIPv4 } from "node:net";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { SanctionedPerson, SanctionedRoom, SanctionPort } from "../../rooms/internal.ts";
import { coalesce } from "../coalesce.ts";
import { answerWithin } from "../storage/database.ts";
import { plainAddress } from "./address-range.ts";
import { refuseBanned } from "./ban.ts";
import { type FoundSanction, newRanges, sanctionsOfAll } from "./sanction-rows.ts";
import { giveSanction, liftMutes } from "./sanctions.ts";

/** Between two questions to the database, ms: so long at most is one unknown whose message was lost. */
const ASK_MS = 10_000;

/** The sanctions of those who play here: the port that rooms get. */
export interface SanctionWatch extends Omit<SanctionPort, "look"> {
  /** Asks the database now, and lets the rooms know. Never throws. */
  look(): Promise<void>;
  /** Asks all processes to look. Never throws; the message may get lost. */
  tell(): void;
  close(): void;
}

/** What the watch has of its process. */
export interface SanctionWatchOptions {
  /** How a player may object: a text or an address. */
  readonly appeal: string;
  /** Asks all processes to look. Never throws. */
  tell(): void;
  /** False: nobody looks by itself, for tests. */
  readonly timers?: boolean;
}

/** Opens the sanctions of a process. */
export function openSanctionWatch(
  ds: DataSource,
  log: Pick<BaseLogger, "warn" | "error">,
  { appeal, tell, timers = true }: SanctionWatchOptions,
): SanctionWatch {
  const rooms = new Set<SanctionedRoom>();
  let lookedAt: Date | undefined;

  async function lookOnce(): Promise<void> {
    const people = [...rooms].flatMap((room) => [...room.people()]);
    // Before the question: a range that is banned meanwhile is new at the next look too.
    const { found: ranges, at } = await newRanges(ds, lookedAt);
    const accounts = [...new Set(people.map(({ accountId }) => accountId))];
    const found = accounts.length > 0 ? await sanctionsOfAll(ds, accounts) : [];
    lookedAt = at;
    const byAccount = new Map<string | undefined, FoundSanction[]>();
    for (const one of found) byAccount.set(one.accountId, [...(byAccount.get(one.accountId) ?? []), one]);
    const of = (person: SanctionedPerson) => [
      ...(byAccount.get(person.accountId) ?? []),
      ...ranges.filter((range) => isWithin(person.address, range)),
    ];
    const asked = new Set(accounts);
    // Whoever came in meanwhile was asked for at the join.
    for (const room of rooms) room.apply((person) => (asked.has(person.accountId) ? of(person) : undefined));
  }

  const look = coalesce(() =>
    lookOnce().catch((error) => log.warn({ err: error }, "sanctions could not be looked up; they are later")),
  );
  const clock = timers ? setInterval(() => void look(), ASK_MS).unref() : undefined;
  const quietly = (work: Promise<unknown>, message: string): Promise<void> =>
    work.then(tell).catch((error) => log.error({ err: error }, message));

  return {
    appeal,
    tell,
    look,
    watch(room) {
      rooms.add(room);
      return () => void rooms.delete(room);
    },
    atJoin: (person) => refuseBanned(ds, person, appeal),
    read: (accountId, id) =>
      answerWithin(
        ds.query(
          "UPDATE sanction SET read_at = now() WHERE id = $1 AND account_id = $2 AND read_at IS NULL",
          [id, accountId],
        ),
      ).then(
        () => {},
        (error) => log.warn({ err: error }, "a warning was read, and is told once more"),
      ),
    give: ({ kind, accountId, minutes, reason, by }) =>
      quietly(
        giveSanction(ds, { kind, target: { accountId }, minutes, reason, by: { accountId: by?.accountId } }),
        "a sanction of a room's console was not written",
      ),
    unmute: (accountId, by) =>
      quietly(liftMutes(ds, accountId, { accountId: by?.accountId }), "a mute was not lifted"),
    close: () => clearInterval(clock),
  };
}

function isWithin(address: string, { network }: Pick<FoundSanction, "network">): boolean {
  const plain = plainAddress(address);
  const [range = "", length = ""] = network?.split("/") ?? [];
  if (plain === undefined || isIPv4(plain) !== isIPv4(range)) return false;
  const list = new BlockList();
  const family = isIPv4(plain) ? "ipv4" : "ipv6";
  list.addSubnet(range, Number(length), family);
  return list.check(plain, family);
}
