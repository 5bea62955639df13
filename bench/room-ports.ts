import type { Log, Ports } from "roomkeep/rooms";
import { blankClaim } from "../rooms/ports/blank-claim.ts";
import { refusingPorts, silence } from "../rooms/ports/refusing-ports.ts";

const log: Log = { ...silence, error: (fields, message) => console.error(message, fields), child: () => log };

/** The ports of a room without a database, where everybody is let in as somebody new. */
export function roomPorts(): Ports {
  let visitors = 0;
  return {
    ...refusingPorts,
    log,
    cheats: { settings: { threshold: 100, action: "note" }, raise() {} },
    characters: {
      ...refusingPorts.characters,
      claim: async (id) => blankClaim(id, { name: `Bot ${id}` }),
      save: async () => "saved",
      release: async () => "saved",
      abandon: async () => undefined,
      held: () => undefined,
      keep: async () => false,
      onFenced: () => () => undefined,
      close: async () => undefined,
    },
    seats: {
      ...refusingPorts.seats,
      take: async () => undefined,
      confirm: async () => true,
      end: async () => undefined,
    },
    matches: {
      ...refusingPorts.matches,
      isKept: async () => false,
      claim: async () => undefined,
      onFenced: () => () => undefined,
    },
    openRoom: () => () => undefined,
    verify: async () => {
      const id = String(visitors++);
      return { accountId: id, characterId: id, role: "player", address: "" };
    },
  };
}
