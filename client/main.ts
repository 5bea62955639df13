import { startPage } from "roomkeep/client";
import { caveView } from "../rooms/meadow/view/cave.ts";
import { meadowView } from "../rooms/meadow/view.ts";
import { plazaView } from "../rooms/plaza/view.ts";
import { tagView } from "../rooms/tag/view.ts";

const views = {
  plaza: plazaView,
  tag: tagView,
  meadow: meadowView,
  cave: caveView,
};

startPage({ views });
