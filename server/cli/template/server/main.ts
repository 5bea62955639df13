import { YardRoom } from "../rooms/yard/room.ts";

export const games = { yard: YardRoom };
