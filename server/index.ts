export { type RunningServer, startServer } from "./boot.ts";
export { type Config, readConfig } from "./config.ts";
export type { GameClass, Games } from "./games.ts";
export {
  createSnapshotCodec,
  type SnapshotCodec,
  type SnapshotCodecOptions,
} from "./persistence/snapshot-codec.ts";
export { IN_MEMORY } from "./storage/database.ts";
