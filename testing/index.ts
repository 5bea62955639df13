export { bootServer, type TestServer, type TestServerOptions } from "./boot.ts";
export { type BotOptions, type BotProgress, type BotReport, runBots } from "./bots.ts";
export { type Held, joinAs, signIn, type TestPlayer, type WhoJoins } from "./player.ts";
