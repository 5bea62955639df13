import { definePanelView } from "roomkeep/client";
import type { QuizState } from "./state.ts";
import { quizPad } from "./view/pad.tsx";
import { showPage } from "./view/page.tsx";
import { showScreen } from "./view/screen.tsx";
import { style } from "./view/style.ts";

/** The quiz on a screen, on phones, and in a plain browser. */
export const quizView = definePanelView<QuizState>({
  title: "Quiz",
  style,
  mount: showPage,
  screen: showScreen,
  pad: quizPad,
});
