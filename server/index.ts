export { type RunningServer, startServer } from "./boot.ts";
export { type Config, readConfig } from "./config.ts";
export { IN_MEMORY } from "./db.ts";
export { type Foundation, openFoundation } from "./foundation.ts";
export type { GameClass, Games } from "./games.ts";
export * from "./seal.ts";
