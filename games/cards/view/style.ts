/** Colours whose contrast a test computes: of the table, of cards, and of the suits upon them. */
export const TABLE = "#1d3a34";
export const TABLE_INK = "#fbf4e2";
export const TABLE_SOFT = "#c9dccf";
export const CARD = "#fdf6e6";
export const SUIT_COLORS = ["#8a5200", "#22633a", "#17568a", "#9c1f4b"] as const;
export const GO = "#f0bd55";
export const GO_INK = "#2b2005";

const suits = SUIT_COLORS.map((color, i) => `.last-leaf .of-${i} { --suit:${color}; }`).join(" ");

/** The look of Last Leaf: a dark table, light cards. */
export const cardsStyle = `
:root { --ground:${TABLE}; --accent:${GO}; --accent-ink:${GO_INK}; }
.panels { --ink:${TABLE_INK}; --soft:${TABLE_SOFT}; --paper:#2b5148; }
.last-leaf { --card:clamp(56px,9vh,92px); color:var(--ink);
  flex:1; min-height:0; display:grid; grid-template-rows:auto 1fr auto; gap:10px; padding:6px 16px max(12px,env(safe-area-inset-bottom)); width:min(1100px,100%); margin:0 auto;
  background:radial-gradient(60% 46% at 50% 44%, rgba(255,240,200,.12), transparent 70%); }
${suits}
.leaf { position:relative; display:grid; place-items:center; width:var(--card); aspect-ratio:5/7; border-radius:calc(var(--card) * .13); box-shadow:0 3px 9px rgba(0,0,0,.35); flex:none; }
.face { background:${CARD}; color:var(--suit); font-family:Georgia,'DejaVu Serif',serif; border:1px solid #e4d8bd; }
.face > svg { width:52%; } .suit { fill:var(--suit); display:block; }
.corner { position:absolute; top:.12em; left:.28em; font-size:calc(var(--card) * .27); line-height:1.1; font-weight:700; } .corner.below { inset:auto .28em .12em auto; transform:rotate(180deg); }
.face em { position:absolute; bottom:8%; left:14%; font:800 calc(var(--card) * .15)/1 system-ui,sans-serif; font-style:normal; }
.four { display:grid; grid-template-columns:1fr 1fr; gap:6%; width:56%; } .wild { color:#3a3226; } .wild em { left:0; right:0; text-align:center; bottom:11%; } .wild .corner { color:#3a3226; }
.back { background:repeating-linear-gradient(45deg,#a8612f 0 5px,#96542a 5px 10px); border:calc(var(--card) * .06) solid #f3e3c3; }
.others { display:flex; flex-wrap:wrap; gap:8px 26px; justify-content:center; align-items:flex-start; }
.other { display:grid; justify-items:center; gap:4px; padding:8px 14px; border-radius:18px; border:2px solid transparent; --card:clamp(30px,5vh,50px); } .other.turn { border-color:var(--accent); background:rgba(240,189,85,.12); }
.other.away { opacity:.72; } .backs { display:flex; justify-content:center; min-height:calc(var(--card) * 1.6); align-items:center; }
.backs .leaf { margin:0 calc(var(--card) * -.34); transform:rotate(calc(var(--i) * 5deg)) translateY(calc(var(--i) * var(--i) * .7px)); }
.plate { display:flex; align-items:center; gap:.45em; max-width:100%; } .plate i, .names i { width:.8em; height:.8em; border-radius:50%; flex:none; box-shadow:0 0 0 2px #fff6; } .plate b { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; max-width:9em; } .plate small { color:var(--soft); font-weight:700; white-space:nowrap; }
.piles { display:flex; justify-content:center; align-items:center; gap:clamp(22px,5vw,60px); --card:clamp(70px,15vh,128px); min-height:0; }
#place .pile { position:relative; background:none; border:0; padding:0; border-radius:16px; opacity:1; } #place .pile.may .leaf { box-shadow:0 0 0 4px var(--accent),0 4px 12px rgba(0,0,0,.4); } .pile small { position:absolute; right:-10px; bottom:-8px; background:var(--ink); color:${TABLE}; border-radius:99px; padding:.1em .6em; font-weight:800; }
.pile::before { content:""; position:absolute; inset:0; border-radius:calc(var(--card) * .13); background:#7c451f; transform:translate(5px,5px); z-index:-1; }
.open { display:grid; justify-items:center; gap:8px; min-width:var(--card); position:relative; } .open .leaf { animation:leaf-lands .28s ease-out; } @keyframes leaf-lands { from { transform:translateY(60px) rotate(8deg) scale(.9); opacity:0; } }
.wish { display:flex; gap:.4em; align-items:center; background:${CARD}; color:#3a3226; border-radius:99px; padding:.2em .9em .2em .6em; font-weight:800; } .wish svg { width:1.3em; } .wish:has(.of-0) { --suit:${SUIT_COLORS[0]}; }
.own { display:grid; gap:8px; justify-items:center; min-width:0; } .say { margin:0; text-align:center; font-weight:700; color:var(--soft); min-height:1.4em; text-wrap:balance; } .own.turn .say { color:var(--accent); }
.hand { display:flex; justify-content:center; flex-wrap:wrap; row-gap:6px; max-width:100%; padding:12px 10px 2px; --card:clamp(64px,12.5vh,104px); }
#place .card-button { background:none; border:0; padding:0; min-height:0; border-radius:12px; margin:0 calc(var(--card) * -.07); transition:transform .14s; opacity:1; } #place .card-button:disabled .leaf { filter:brightness(.82) saturate(.8); }
#place .own.turn .card-button:not(:disabled) { transform:translateY(-9px); } #place .own.turn .card-button:not(:disabled):is(:hover,:focus-visible) { transform:translateY(-18px); z-index:1; }
.deeds { display:flex; gap:10px; align-items:center; flex-wrap:wrap; justify-content:center; min-height:48px; } .mine { color:var(--soft); font-weight:700; }
#place .last-leaf button:not(.go,.pile,.card-button) { color:var(--ink); background:var(--paper); border-color:rgba(251,244,226,.35); }
.wishes { display:grid; grid-template-columns:1fr 1fr; gap:10px; width:min(420px,100%); padding:12px 0; } #place .last-leaf .wishes button { background:${CARD}; color:var(--suit); display:flex; gap:.6em; align-items:center; justify-content:center; font-size:1.15em; min-height:64px; } .wishes svg { width:1.6em; }
.note { align-self:center; justify-self:center; grid-row:1/-1; background:var(--paper); border-radius:26px; padding:22px 26px; width:min(560px,100%); max-height:100%; overflow:auto; box-shadow:0 14px 40px rgba(0,0,0,.35); } .note h1 { font-family:Georgia,'DejaVu Serif',serif; font-size:2em; } .note p { color:var(--soft); }
.names { list-style:none; padding:0; display:grid; gap:6px; } .names li { display:flex; gap:.6em; align-items:center; font-weight:700; } .names span { flex:1; min-width:0; overflow:hidden; text-overflow:ellipsis; } .names small { color:var(--accent); font-weight:800; } .names .away { opacity:.7; }
.note fieldset { border:0; padding:0; margin:0 0 14px; display:grid; grid-template-columns:1fr 1fr; gap:10px; } .note label { display:grid; gap:3px; font-size:.86em; font-weight:700; color:var(--soft); } #place .note select { color:#2b2005; background:${CARD}; min-height:44px; padding:.3em .6em; } #place .note select:disabled { opacity:.75; }
.note .code { margin:12px 0 0; text-align:center; } .note .code b { color:var(--accent); font:800 1.15em ui-monospace,'DejaVu Sans Mono',monospace; letter-spacing:.08em; }
.points table { width:100%; border-collapse:collapse; margin-bottom:14px; font-size:1.1em; } .points th { text-align:left; } .points td { text-align:right; padding:.35em 0; color:var(--soft); } .points .sum { font-weight:800; color:var(--ink); width:4em; } .points .mine :is(th,.sum) { color:var(--accent); }
.last-leaf.pad { gap:6px; padding:6px 10px max(10px,env(safe-area-inset-bottom)); grid-template-rows:auto auto 1fr; } .last-leaf.pad .others { gap:4px 8px; flex-wrap:nowrap; overflow-x:auto; justify-content:safe center; } .last-leaf.pad .other { padding:4px 8px; --card:26px; font-size:.86em; } .last-leaf.pad .piles { --card:clamp(58px,13vh,96px); gap:30px; padding:6px 0; }
.last-leaf.pad .own { grid-template-rows:auto 1fr auto; min-height:0; } .last-leaf.pad .hand { --card:clamp(66px,21vw,112px); align-content:safe center; overflow-y:auto; width:100%; gap:8px; touch-action:pan-y; } #place .last-leaf.pad .card-button { margin:0; } .last-leaf.pad .deeds { width:100%; flex-wrap:nowrap; } #place .last-leaf.pad .deeds button { flex:1; min-height:60px; font-size:1.1em; } .last-leaf.pad .deeds .mine { flex:none; }
.last-leaf.pad .note { padding:16px 18px; } .last-leaf.pad .note h1 { font-size:1.5em; }
.last-leaf.screen { width:100%; grid-template-rows:auto 1fr auto; padding:0; } .last-leaf.screen .other { --card:clamp(44px,7.5vh,84px); font-size:1.1em; } .last-leaf.screen .piles { --card:clamp(110px,25vh,260px); } .last-leaf.screen .say { font-size:1.5em; padding-bottom:.6em; } .last-leaf.screen .note { font-size:1.15em; width:min(760px,100%); }
@media (max-width:560px) { .last-leaf.page { padding-inline:8px; } .note fieldset { grid-template-columns:1fr 1fr; } }
@media (orientation:landscape) and (max-height:520px) { .last-leaf.pad { grid-template:auto 1fr / minmax(0,1fr) minmax(0,1.7fr); } .last-leaf.pad .own { grid-area:1/2/3/3; } .last-leaf.pad .hand { --card:clamp(52px,17vh,84px); } #place .last-leaf.pad .deeds button { min-height:46px; } .last-leaf.pad .note { grid-area:1/1/3/3; } }
@media (prefers-reduced-motion:reduce) { .open .leaf { animation:none; } .card-button { transition:none; } }
`;
