export {
  type BotOptions,
  type BotProgress,
  type BotReport,
  callApi,
  enterRoom,
  type RoomChoice,
  runBots,
  type SignedIn,
  signIn,
  ticketFor,
} from "../bots/index.ts";
export { bootServer, type TestServer, type TestServerOptions } from "./boot.ts";
export { joinAs, type TestPlayer, type WalkKeys, type WhoJoins } from "./player.ts";
