import { startPage } from "roomkeep/client";
import { plazaView } from "../rooms/plaza/view.ts";
import { tagView } from "../rooms/tag/view.ts";

const views = {
  plaza: plazaView,
  tag: tagView,
};

startPage({ views });
