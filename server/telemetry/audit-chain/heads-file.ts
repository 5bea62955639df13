import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { IN_MEMORY } from "../../storage/database.ts";

/** The signed heads, beside the database: whoever may write there cannot take them back here. */
export const HEADS_FILE = "audit-heads.jsonl";

/** Longer than any line, bytes. */
const LINE_MAX = 4_096;

const line = z.object({
  kind: z.enum(["head", "restart"]),
  seq: z.int(),
  hash: z.string(),
  at: z.string(),
  key: z.string(),
  signature: z.string(),
});

/** A line of the file. */
export type SignedHead = z.output<typeof line>;

/** Appends a signed head to the file of a data folder; to none where there is no folder. */
export async function appendHead(dataDir: string, head: SignedHead): Promise<void> {
  if (dataDir === IN_MEMORY) return;
  await mkdir(dataDir, { recursive: true });
  const file = await open(join(dataDir, HEADS_FILE), "a+", 0o600);
  try {
    await dropBrokenLine(file);
    await file.write(`${JSON.stringify(head)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A line that a crash broke off has no end, and would spoil the next one. */
async function dropBrokenLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, LINE_MAX));
  await file.read(tail, 0, tail.length, size - tail.length);
  const end = tail.lastIndexOf("\n") + 1;
  if (end < tail.length) await file.truncate(size - tail.length + end);
}

/**
 * Reads the heads of a data folder. A last line without its end was broken off by a crash; another that
 * cannot be read is undefined.
 */
export async function readHeads(dataDir: string): Promise<(SignedHead | undefined)[]> {
  if (dataDir === IN_MEMORY) return [];
  const text = await readFile(join(dataDir, HEADS_FILE), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").slice(0, -1).map(readLine);
}

function readLine(text: string): SignedHead | undefined {
  try {
    return line.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
