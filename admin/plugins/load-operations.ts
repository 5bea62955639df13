import { addRoutes, askDocument, isDeskRoute } from "../api/ask.ts";
import { type ApiDocument, type PluginOperation, readOperations } from "./operations.ts";

let loaded: readonly PluginOperation[] | undefined;

/**
 * The operations of this server's plugins, which no build of the page knows: read from its document once.
 *
 * @throws DeskError the server cannot be reached
 */
export async function loadOperations(): Promise<readonly PluginOperation[]> {
  if (loaded) return loaded;
  const all = readOperations(await askDocument<ApiDocument>(), isDeskRoute);
  addRoutes(
    Object.fromEntries(
      all.map(({ name, isWrite, permission }) => [name, [isWrite ? "POST" : "GET", permission] as const]),
    ),
  );
  loaded = all;
  return all;
}
