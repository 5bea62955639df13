export { type BotOptions, type BotProgress, type BotReport, runBots } from "./crowd.ts";
export { enterRoom, type RoomChoice } from "./enter-room.ts";
export { accessTokenOf, callApi, keepTokens, type SignedIn, signIn, ticketFor } from "./sign-in.ts";
