import { CODE_LENGTH } from "../../shared/internal.ts";
import type { CharacterPort, ItemPort, Log, MatchPort, Ports, ZonePort } from "./ports.ts";

/** Refuses a call of a port that a re-run lacks; the room counts it among its faults. */
const refuseCall = (port: string) => (): never => {
  throw new Error(`A re-run has no ${port}.`);
};

const noCharacters = refuseCall("characters");
const noZones = refuseCall("zones");
const noMatches = refuseCall("lasting matches");
const noItems = refuseCall("items");
const noSeats = refuseCall("seats");

const characters: CharacterPort = {
  claim: noCharacters,
  save: noCharacters,
  release: noCharacters,
  held: noCharacters,
  keep: noCharacters,
  transfer: noCharacters,
  claimTransfer: noCharacters,
  abandon: noCharacters,
  onFenced: noCharacters,
  close: noCharacters,
};

const zones: ZonePort = {
  saveEveryMs: Number.POSITIVE_INFINITY,
  claim: noZones,
  save: noZones,
  release: noZones,
  handOver: noZones,
  onFenced: noZones,
};

const matches: MatchPort = {
  isKept: noMatches,
  claim: noMatches,
  begin: noMatches,
  save: noMatches,
  release: noMatches,
  handOver: noMatches,
  onFenced: noMatches,
};

const items: ItemPort = {
  // A re-run is of a room that opened.
  knows: () => true,
  read: noItems,
  look: noItems,
  readIn: noItems,
  grant: noItems,
  grantCoins: noItems,
  use: noItems,
  move: noItems,
  drop: noItems,
  pickUp: noItems,
  clear: noItems,
  trade: noItems,
  answered: noItems,
  buy: noItems,
  sell: noItems,
  mail: noItems,
  readMail: noItems,
  takeMail: noItems,
  die: noItems,
  death: noItems,
  piles: noItems,
  revive: noItems,
  loot: noItems,
  kill: noItems,
  kills: noItems,
};

/** A log that writes nothing. */
export const silence: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silence };

/** The ports of a re-run: events and commands are not noted again, and every other call is refused. */
export const refusingPorts: Ports = {
  characters,
  zones,
  matches,
  items,
  seats: { take: noSeats, isOpen: () => true, confirm: noSeats, end: noSeats },
  signIns: { watch: () => () => {}, isGood: async () => true },
  sanctions: {
    appeal: "",
    watch: () => () => {},
    atJoin: async () => [],
    read: async () => {},
    give: async () => {},
    unmute: async () => {},
    look() {},
  },
  reports: { file: refuseCall("reports") },
  returns: { sign: () => "", read: () => undefined },
  accountLimits: { countLine: async () => undefined, count: async () => undefined },
  page: { build: "" },
  openRoom: refuseCall("count of rooms"),
  events: { read: refuseCall("kept events"), keep() {} },
  audit: { async note() {} },
  cheats: { settings: { threshold: Number.POSITIVE_INFINITY, action: "off" }, raise() {} },
  log: silence,
  codeLength: CODE_LENGTH,
  recordings: undefined,
  cluster: { others: () => 0 },
  kept: {
    seconds: 0,
    maxBytes: 0,
    write: refuseCall("kept recordings"),
    keepFor: async () => undefined,
  },
  verify: refuseCall("sign-in"),
};
