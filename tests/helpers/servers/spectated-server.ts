// Tag of two seats that a few may watch, and cards; IDLE_S: seconds after which who does nothing is warned.
import { fileURLToPath } from "node:url";
import { defineLobby } from "roomkeep/rooms";
import { readConfig, startServer } from "roomkeep/server";
import { CardsRoom } from "../../../games/cards/room.ts";
import { cardsSettings } from "../../../games/cards/state.ts";
import { TagRoom } from "../../../games/tag/room.ts";
import { tagSettings } from "../../../games/tag/settings.ts";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";

const { IDLE_S } = process.env;
const idle = IDLE_S ? { idleS: Number(IDLE_S), warnS: 2 } : {};

class SmallTagRoom extends TagRoom {
  static override readonly listing = {
    ...TagRoom.listing,
    maxPlayers: 2,
    private: false,
    spectators: { max: 4, delayS: 1, chat: true },
  };
  override readonly lobby = defineLobby({ settings: tagSettings, playersMin: 2, ...idle });
}

class SleepyCardsRoom extends CardsRoom {
  override readonly lobby = defineLobby({ settings: cardsSettings, playersMin: 2, ...idle });
}

const page = fileURLToPath(new URL("../../../dist/page", import.meta.url));
const server = await startServer(
  { tag: SmallTagRoom, cards: SleepyCardsRoom },
  readConfig(process.env),
  page,
);
stopOnSignal(server);
tellParent(server);
