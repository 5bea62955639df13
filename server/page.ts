import { existsSync } from "node:fs";
import { join } from "node:path";
import express, { type Application } from "express";
import helmet from "helmet";
import { RoomkeepError } from "../shared/index.ts";

/**
 * Serves the built page, with the headers that keep it to itself. Hashed files are cached for a year, the page
 * itself never.
 *
 * @throws RoomkeepError PAGE_MISSING when the folder has no index.html
 */
export function servePage(app: Application, folder: string | undefined): void {
  app.disable("x-powered-by");
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          "default-src": ["'self'"],
          "script-src": ["'self'"],
          // The monitor's page brings inline styles.
          "style-src": ["'self'", "'unsafe-inline'"],
          "img-src": ["'self'", "data:", "blob:"],
          "connect-src": ["'self'", "ws:", "wss:", "http:", "https:"],
          "worker-src": ["'self'", "blob:"],
          "upgrade-insecure-requests": null,
        },
      },
      strictTransportSecurity: false,
      crossOriginEmbedderPolicy: false,
    }),
  );
  if (folder === undefined) return;
  if (!existsSync(join(folder, "index.html"))) {
    throw new RoomkeepError("PAGE_MISSING", `There is no page in ${folder}. Build it first: npm run build`);
  }
  app.use(
    express.static(folder, {
      setHeaders: (response, file) => {
        const hashed = /[\\/]assets[\\/]/.test(file);
        response.setHeader("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    }),
  );
}
