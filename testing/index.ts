export { bootServer, type TestServer, type TestServerOptions } from "./boot.ts";
export { type BotOptions, type BotProgress, type BotReport, runBots } from "./bots.ts";
export { enterRoom, type Held, joinAs, type TestPlayer, type WhoJoins } from "./player.ts";
export { accessTokenOf, callApi, keepTokens, type SignedIn, signIn, ticketFor } from "./sign-in.ts";
