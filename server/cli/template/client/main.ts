import { startPage } from "roomkeep/client";
import { yardView } from "../rooms/yard/view.ts";

startPage({ title: "{{name}}", views: { yard: yardView } });
