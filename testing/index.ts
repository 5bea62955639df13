export {
  type BotOptions,
  type BotReport,
  callApi,
  enterRoom,
  type RoomChoice,
  runBots,
  type SignedIn,
  signIn,
  ticketFor,
} from "../bots/index.ts";
export { bootServer, type TestServer } from "./boot.ts";
export { joinAs, type TestPlayer, type WhoJoins } from "./player.ts";
