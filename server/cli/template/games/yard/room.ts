import { WorldRoom } from "roomkeep/rooms";
import type { Avatar, WalkInput } from "roomkeep/shared";
import { yard } from "./level.ts";
import { YardState } from "./state.ts";
import { yardStep } from "./step.ts";

export class YardRoom extends WorldRoom<YardState> {
  static override readonly listing = { label: "Yard", description: "Push the ball across.", maxPlayers: 20 };
  override state = new YardState();
  override level = yard;
  override zone = "yard";

  protected override step(avatar: Avatar, input: WalkInput, dt: number) {
    yardStep(avatar, input, this.ground, dt);
  }

  protected override onTick() {
    const ball = this.space?.loose.get("loose-0")?.body;
    if (!ball || Math.abs(ball.position.x) < 12) return;
    this.state.goals++;
    ball.position.set(0, 0.5, 0);
    ball.velocity.setZero();
    this.broadcast("notice", { code: "GOAL", text: `Goal number ${this.state.goals}!` });
  }
}
