// A server process with its page, whose cards are dealt so that a round is short: by chance it may be very long.
import { fileURLToPath } from "node:url";
import { readConfig, startServer } from "roomkeep/server";
import { seeded } from "roomkeep/shared";
import { CardsRoom } from "../../../games/cards/room.ts";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";

class DealtCardsRoom extends CardsRoom {
  override random = seeded(Number(process.env.CARDS_SEED ?? 27));
}

const page = fileURLToPath(new URL("../../../dist/page", import.meta.url));
const server = await startServer({ cards: DealtCardsRoom }, readConfig(process.env), page);
stopOnSignal(server);
tellParent(server);
