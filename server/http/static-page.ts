import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Server as HttpServer } from "node:http";
import { join } from "node:path";
import express, { type Application, type Request } from "express";
import { RoomkeepError } from "../../shared/index.ts";
import { needPackages, PAGE_PACKAGES } from "../optional-packages.ts";
import { serveCompressed } from "./page-compression.ts";

/** Serves a page from source, during development. */
export interface LivePage {
  (app: Application, http: HttpServer): Promise<void>;
  /** True for the socket by which the page hears of edits; others belong to players. */
  owns(url: string | undefined): boolean;
}

/** Folder of a built page, or a server of its source. */
export type PageSource = string | LivePage;

/**
 * The build of a page: the address of its script, which bundlers name by its content and that of all it
 * imports. A page reads its own the same way. Empty where that is not known: a live page, none, another
 * one's.
 */
export async function buildOf(page: PageSource | undefined): Promise<string> {
  if (typeof page !== "string") return "";
  const html = await readFile(join(page, "index.html"), "utf8").catch(() => "");
  return /<script[^>]*type="module"[^>]*src="([^"]+)"/u.exec(html)?.[1] ?? "";
}

/** The front door has checked the host, and says which scheme the client came by. */
const originOf = ({ headers, protocol }: Request): string =>
  `${headers["x-forwarded-proto"] ?? protocol}://${(headers.host ?? "").replace(/[^\w.:[\]-]/gu, "")}`;

/** As the file would be found: letters may be escaped. */
function isMap(path: string): boolean {
  try {
    return /\.map(\.\w+)?$/i.test(decodeURIComponent(path));
  } catch {
    return false; // no file either
  }
}

/**
 * Serves the built page with security headers. Hashed files are cached for a year, the page itself never.
 *
 * @throws RoomkeepError PAGE_MISSING when the folder has no index.html, PACKAGE_MISSING when the packages to
 *   build one are not installed
 */
export async function servePage(
  app: Application,
  page: PageSource | undefined,
  http: HttpServer,
): Promise<void> {
  app.disable("x-powered-by");
  if (page === undefined) {
    // Colyseus would answer with its version.
    app.get(
      "/",
      (_request, response) => void response.status(404).type("text").send("There is no page here."),
    );
    return;
  }
  if (typeof page === "function") return page(app, http);
  if (!existsSync(join(page, "index.html"))) {
    needPackages(PAGE_PACKAGES, `There is no page in ${page}: start with --no-page, or build one, which`);
    throw new RoomkeepError(
      "PAGE_MISSING",
      `There is no page in ${page}. Build it first (npm run build), or start without one: --no-page`,
    );
  }
  const html = await readFile(join(page, "index.html"), "utf8");
  app.get(["/", "/index.html"], (request, response) => {
    response.setHeader("Cache-Control", "no-cache");
    response.type("html").send(html.replaceAll("{{origin}}", originOf(request)));
  });
  // Maps are for the server, which reads stacks of pages by them.
  app.use((request, response, next) => {
    if (isMap(request.path)) response.status(404).type("text").send("There is no such file.");
    else next();
  });
  app.use(serveCompressed(page));
  app.use(
    express.static(page, {
      index: false,
      setHeaders: (response, file) => {
        const hashed = /[\\/]assets[\\/]/.test(file);
        response.setHeader("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    }),
  );
}
