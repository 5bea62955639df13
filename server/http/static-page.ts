import { existsSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { join } from "node:path";
import express, { type Application } from "express";
import { RoomkeepError } from "../../shared/index.ts";

/** What serves a page that is not built, while you develop. */
export interface LivePage {
  (app: Application, http: HttpServer): Promise<void>;
  /** Whether a socket is the page's own (it tells the browser of edits) and no player's. */
  owns(url: string | undefined): boolean;
}

/** Folder of a built page, or what serves one. */
export type PageSource = string | LivePage;

/**
 * Serves the built page. Hashed files are cached for a year, the page itself never.
 *
 * @throws RoomkeepError PAGE_MISSING when the folder has no index.html
 */
export async function servePage(
  app: Application,
  page: PageSource | undefined,
  http: HttpServer,
): Promise<void> {
  app.disable("x-powered-by");
  if (page === undefined) return;
  if (typeof page === "function") return page(app, http);
  if (!existsSync(join(page, "index.html"))) {
    throw new RoomkeepError("PAGE_MISSING", `There is no page in ${page}. Build it first: npm run build`);
  }
  app.use(
    express.static(page, {
      setHeaders: (response, file) => {
        const hashed = /[\\/]assets[\\/]/.test(file);
        response.setHeader("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    }),
  );
}
