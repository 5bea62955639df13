import { startPage } from "roomkeep/client";
import { plazaView } from "../rooms/plaza/view.ts";

const views = {
  plaza: plazaView,
};

startPage({ views });
