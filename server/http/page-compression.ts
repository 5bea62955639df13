import { existsSync } from "node:fs";
import { readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Request, RequestHandler, Response } from "express";

/** What is worth it; pictures are compressed already. */
const COMPRESSED = /\.(?:js|css|svg|json|webmanifest|glb|wasm|txt)$/u;
/** Smaller files fit a packet as they are. */
const SMALLEST_BYTES = 1_024;
/** The encodings that are offered, the better one first, and the endings of their files. */
const ENCODINGS = ["br", "gzip"] as const;
const ENDINGS = { br: ".br", gzip: ".gz" } as const;

/**
 * Compresses the files of a built page, once for each build: beside each file lie a `.br` and a `.gz`. What
 * is there and not older stays. @throws when the folder cannot be written
 */
export async function compressPage(page: string): Promise<void> {
  const files = await readdir(page, { recursive: true });
  for (const file of files.filter((name) => COMPRESSED.test(name))) await compressFile(join(page, file));
}

async function compressFile(file: string): Promise<void> {
  const { mtimeMs, size } = await stat(file);
  if (size < SMALLEST_BYTES) return;
  const made = await stat(file + ENDINGS.gzip).catch(() => undefined);
  if (made && made.mtimeMs >= mtimeMs) return;
  const bytes = await readFile(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: size };
  await put(file + ENDINGS.br, await promisify(brotliCompress)(bytes, { params }));
  await put(file + ENDINGS.gzip, await promisify(gzip)(bytes, { level: 9 }));
}

/** In one step: another process may serve the page meanwhile. */
async function put(file: string, bytes: Buffer): Promise<void> {
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, bytes);
  await rename(beside, file);
}

/**
 * Lets the static files that follow be answered by their compressed ones, where there are and the browser
 * takes them.
 */
export function serveCompressed(page: string): RequestHandler {
  return (request: Request, response: Response, next) => {
    const { path } = request;
    if (!/^GET|HEAD$/u.test(request.method) || !COMPRESSED.test(path) || path.includes("..")) return next();
    response.vary("Accept-Encoding");
    const encoding = ENCODINGS.find((one) => request.acceptsEncodings(one) === one);
    if (!encoding || !existsSync(join(page, path + ENDINGS[encoding]))) return next();
    response.type(path.slice(path.lastIndexOf(".")));
    response.setHeader("Content-Encoding", encoding);
    request.url = request.url.replace(path, path + ENDINGS[encoding]);
    next();
  };
}
