import { z } from "zod";

/** What the leader may set in the lobby. */
export const quizSettings = z.object({
  questions: z.int().min(1).max(30).default(8),
  /** Seconds to answer a question. */
  seconds: z.int().min(5).max(60).default(15),
  /** Empty: of every category. */
  category: z.string().max(40).default(""),
});
export type QuizSettings = z.infer<typeof quizSettings>;
