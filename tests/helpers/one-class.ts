import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import express from "express";
import { GameRoom as Direct, GameRoom } from "roomkeep/rooms";
import type { Games } from "roomkeep/server";
import { openViteProject } from "../../server/dev/vite-project.ts";
import { games } from "../../server/main.ts";

// Run by house.test.ts under tsx: prints whether every way to a sample game ends in the same GameRoom.
const project = openViteProject(fileURLToPath(new URL("../../server/main.ts", import.meta.url)));
await project.page(express(), createServer());
const live = await project.load();
const extendsOurs = (all: Games = {}) =>
  Object.keys(all).length > 0 && Object.values(all).every((Game) => Game.prototype instanceof GameRoom);
console.log(
  JSON.stringify({ byName: GameRoom === Direct, tsx: extendsOurs(games), vite: extendsOurs(live.games) }),
);
await project.close();
process.exit(0);
