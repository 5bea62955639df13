import { startPage } from "roomkeep/client";
import { yardView } from "../games/yard/view.ts";

startPage({ title: "{{name}}", views: { yard: yardView } });
