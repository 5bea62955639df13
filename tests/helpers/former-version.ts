import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const file = (name: string) => new URL(`../fixtures/former-version/${name}`, import.meta.url);

/** SQL that makes the database of the former version in an empty one: tables, rows, constraints. */
export const formerDatabase = readFileSync(file("database.sql"), "utf8");

/** A gzipped text that the former version left. */
export const formerText = (name: string) => gunzipSync(readFileSync(file(`${name}.gz`))).toString();
