import { startPage } from "roomkeep/client";
import { triviaView } from "../games/trivia/view.tsx";

startPage({ title: "Trivia", views: { trivia: triviaView } });
