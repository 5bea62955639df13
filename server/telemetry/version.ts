import { createRequire } from "node:module";

/** Version of roomkeep that this process runs. */
export const VERSION: string = createRequire(import.meta.url)("roomkeep/package.json").version;
