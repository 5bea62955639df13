import { PAPER } from "../style.ts";

/** The look of bag, trade, shop and what else is about items. */
export const itemStyle = `
.windows { position:absolute; right:12px; top:62px; bottom:70px; display:flex; gap:10px; align-items:flex-end; pointer-events:none; z-index:2; }
.window { pointer-events:auto; background:rgba(255,250,243,.98); border-radius:22px; box-shadow:var(--shadow); padding:12px 14px 12px; width:362px; max-height:100%; overflow:auto; scrollbar-width:thin; user-select:none; }
.window h2 { margin:0 0 8px; font-size:1.15em; display:flex; gap:.6em; align-items:center; position:sticky; top:-12px; background:${PAPER}; z-index:1; } #hud .window h2 button { padding:.3em .65em; }
.window h3 { margin:.5em 0 .3em; font-size:.86em; color:var(--soft); display:flex; gap:.6em; align-items:center; } .window h3 em { color:#b4541a; font-style:normal; }
.purse, .coins { font-weight:800; font-variant-numeric:tabular-nums; } .coin { width:1.05em; height:1.05em; vertical-align:-.16em; flex:none; }
.cells { display:grid; grid-template-columns:repeat(7,1fr); gap:4px; }
.worn { display:flex; gap:4px; margin-bottom:8px; padding-bottom:8px; border-bottom:2px dotted var(--line); flex-wrap:wrap; }
#hud .cell { position:relative; aspect-ratio:1; width:100%; min-width:0; padding:2px; border-radius:12px; background:rgba(90,60,40,.1); box-shadow:inset 0 1px 3px rgba(60,30,20,.12); touch-action:none; display:grid; place-items:center; transform:none; }
#hud .worn .cell { width:54px; background:rgba(63,163,122,.14); }
#hud .cell:hover { background:rgba(255,255,255,.75); }
#hud .cell.chosen { background:#fff; box-shadow:0 0 0 3px var(--sun); } #hud .cell.over { background:#fff; box-shadow:0 0 0 3px var(--leaf); } #hud .cell.closed { box-shadow:0 0 0 3px #d4552f; }
.cell.lifted .picture { opacity:.3; } .cell small { font-size:.66em; font-weight:700; color:var(--soft); opacity:.8; }
.picture { width:86%; height:86%; display:block; pointer-events:none; filter:drop-shadow(0 2px 2px rgba(60,30,20,.22)); }
.cell b { position:absolute; right:3px; bottom:1px; font-size:.82em; font-weight:800; color:#fff; text-shadow:0 0 3px #2b2238,0 0 2px #2b2238,0 1px 2px #2b2238; pointer-events:none; }
.cell i { position:absolute; left:2px; top:1px; font:800 .72em system-ui; background:var(--go); color:#fff; border-radius:8px; padding:0 .4em; pointer-events:none; }
.refused { animation:shake .35s; } @keyframes shake { 25% { transform:translateX(-4px); } 50% { transform:translateX(4px); } 75% { transform:translateX(-3px); } }
.deed { min-height:112px; } .window .about { margin:8px 0 0; font-size:.88em; color:var(--soft); min-height:1.35em; } .about b { color:var(--ink); }
.many input { flex:1; accent-color:#c8502f; min-height:28px; } .many output { font-weight:700; font-variant-numeric:tabular-nums; white-space:nowrap; font-size:.9em; }
.acts { flex-wrap:wrap; margin-top:6px; } #hud .acts button { padding:.45em .8em; background:#fff; }
.ghost { position:fixed; left:-27px; top:-30px; width:54px; height:54px; pointer-events:none; z-index:9; display:grid; place-items:center; } .ghost b { position:absolute; right:2px; bottom:0; color:#fff; text-shadow:0 0 3px #2b2238,0 0 2px #2b2238; } .ghost span { position:absolute; top:100%; background:var(--glass); color:#fff; border-radius:8px; padding:0 .5em; font-weight:700; font-size:.8em; }
.given { display:flex; flex-wrap:wrap; gap:4px; min-height:58px; border:2px dashed var(--line); border-radius:14px; padding:4px; margin:0; list-style:none; } .given.over { border-color:var(--leaf); background:rgba(63,163,122,.12); } #hud .given .cell { width:48px; }
.theirs { align-content:flex-start; border-style:solid; background:rgba(255,255,255,.5); } .theirs li { display:flex; gap:.3em; align-items:center; background:#fff; border-radius:10px; padding:.15em .6em .15em .2em; font-weight:700; font-size:.9em; } .theirs .picture { width:34px; height:34px; }
.window .coins { margin:6px 0 0; } #hud .coins input { width:96px; padding:.3em .5em; } .coins span { color:var(--soft); font-weight:600; font-size:.9em; }
.agreed { color:#1f7d59; } #hud .window .go { margin-top:10px; font-size:1.05em; padding:.6em 1em; }
.wares { margin:0; padding:0; list-style:none; display:grid; gap:4px; } .wares li { display:flex; gap:.5em; align-items:center; background:rgba(255,255,255,.6); border-radius:12px; padding:2px 4px; } .wares .picture { width:36px; height:36px; flex:none; }
.wares b { display:block; line-height:1.1; } .wares small { color:var(--soft); font-size:.78em; } #hud .wares button { background:#fff; padding:.35em .7em; white-space:nowrap; font-variant-numeric:tabular-nums; } #hud .window button.many { padding:.2em .6em; } #hud .window button.many[aria-pressed=true] { background:var(--ink); color:#fff; }
#hud .near { position:absolute; left:0; right:0; margin:0 auto; width:fit-content; bottom:128px; background:#ffe08a; border-radius:18px; padding:.6em 1.1em; box-shadow:0 3px 12px rgba(60,30,20,.25); max-width:calc(100vw - 24px); } #hud .near:hover { background:#ffe9ae; } .near kbd { font:700 .72em system-ui; background:rgba(60,40,60,.16); border-radius:6px; padding:.1em .4em; }
.grave { position:absolute; left:50%; top:104px; transform:translateX(-50%); display:flex; gap:.5em; align-items:center; background:var(--glass); color:#fff; border-radius:999px; padding:.35em .9em .35em .5em; font-weight:700; white-space:nowrap; } .grave svg { width:24px; height:24px; transition:transform .15s; }
.death { position:absolute; inset:0; display:grid; place-items:start center; padding:17vh 16px 16px; pointer-events:auto; background:radial-gradient(rgba(70,20,30,.25),rgba(40,10,20,.7)); } .death .panel { width:min(380px,100%); text-align:center; } .death .panel h2 { justify-content:center; }
.bag-icon { width:1.25em; height:1.25em; vertical-align:-.25em; }
@media (max-width:720px) {
  .windows { left:6px; right:6px; bottom:6px; top:58px; flex-direction:column; justify-content:flex-end; align-items:stretch; gap:6px; }
  .window { width:auto; flex:0 1 auto; min-height:0; padding:10px 12px; border-radius:20px; } .window:not(:last-child) { flex:0 1 auto; } .window:last-child { flex:none; }
  .window:not(:only-child) .worn { display:none; } .window:not(:only-child) > .about { margin:2px 0 0; min-height:0; font-size:.82em; } .window h2 { margin-bottom:4px; } #hud .window .go { position:sticky; bottom:0; margin-top:6px; padding:.5em 1em; }
  .near kbd { display:none; } #hud .near { bottom:auto; top:44%; } #hud:has(.window) .near { top:104px; } .grave { top:188px; }
  #hud:has(.window) :is(.touchpad,.thumbs,.mw-actions,.mw-aim,.emotes,.chat) { visibility:hidden; }
}
@media (max-height:480px) and (min-width:561px) {
  .windows { bottom:8px; top:58px; } #hud:has(.window) :is(.thumbs,.mw-actions,.mw-aim,.emotes) { visibility:hidden; }
  .deed { min-height:0; } .death { padding-top:8px; }
}
`;
