import { YardRoom } from "../games/yard/room.ts";

export const games = { yard: YardRoom };
