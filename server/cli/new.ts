import type { Command } from "./index.ts";
export const command: Command = { summary: "", help: "", async run() {} };
