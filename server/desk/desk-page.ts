import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import express, { type Application } from "express";
import { serveCompressed } from "../http/page-compression.ts";

/** What the page needs and no more: scripts, styles and requests of its own server. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The folder of the built page: of this package, whichever project runs it. */
const FOLDER = join(dirname(createRequire(import.meta.url).resolve("roomkeep/package.json")), "dist/admin");

/** Serves the operators' page at /admin/, beside a page of players or without one. */
export function serveDeskPage(app: Application, folder = FOLDER): void {
  app.use("/admin", (request, response, next) => {
    response.setHeader("Content-Security-Policy", POLICY);
    response.setHeader("Referrer-Policy", "no-referrer");
    const [path = ""] = request.originalUrl.split("?");
    // The addresses in the page are relative, so that it can lie beneath a path of a proxy.
    if (path.endsWith("/admin")) response.redirect(302, "admin/");
    else next();
  });
  app.get(["/admin/", "/admin/index.html"], async (_request, response) => {
    response.setHeader("Cache-Control", "no-cache");
    const file = join(folder, "index.html");
    if (existsSync(file)) response.type("html").send(await readFile(file, "utf8"));
    else response.status(404).type("text").send("The desk's page is not built: npm run build:admin");
  });
  app.use("/admin", serveCompressed(folder), express.static(folder, { index: false, setHeaders }));
}

function setHeaders(response: { setHeader(name: string, value: string): void }, file: string): void {
  const hashed = /[\\/]assets[\\/]/.test(file);
  response.setHeader("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
}
