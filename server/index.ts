export { type RunningServer, startServer } from "./boot.ts";
export { type Config, readConfig } from "./config.ts";
export type { GameClass, Games } from "./games.ts";
export * from "./persistence/snapshot-codec.ts";
export { openServices, type Services } from "./services.ts";
export { IN_MEMORY } from "./storage/database.ts";
