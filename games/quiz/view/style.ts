/** A studio at night: deep blue, bulbs of warm light, and a colour for each answer. */
export const style = `
:root { --ground:#0f1b3d; --ink:#fdf6e3; --soft:#b9c4e6; --paper:#1b2b5c; --line:#33467f; --accent:#ffc53d; --accent-ink:#2a1c00; --good:#3ddc97; --bad:#ff8a80; --night:#081129; --night-ink:#fdf6e3; }
.panels { --ink:#fdf6e3; --soft:#b9c4e6; --paper:#1b2b5c; }
.quiz { --a:#ff8fa3; --b:#ffd166; --c:#7ee0c6; --d:#9db8ff; flex:1; min-height:0; display:flex; flex-direction:column; gap:.8em; justify-content:center; }
#place.screen > main { background:radial-gradient(60% 80% at 50% 0, #2a4390 0, transparent 70%); position:relative; }
#place.screen > main::before, #place.screen > main::after { content:""; position:absolute; left:0; right:0; height:14px; background:radial-gradient(circle, #ffe6a8 0 4px, #ffc53d55 5px 7px, transparent 8px) 0 0 / 34px 14px repeat-x; } #place.screen > main::before { top:10px; } #place.screen > main::after { bottom:10px; }
#place.screen .quiz { text-align:center; font-size:1.25em; gap:1em; }
#place.page .quiz { flex:none; width:min(720px,calc(100% - 32px)); margin:0 auto 16px; padding:20px 22px; border-radius:24px; background:radial-gradient(80% 60% at 50% 0, #2a4390 0, #16244f 75%); box-shadow:0 10px 30px rgba(0,0,20,.5); } #place.page :is(.quiz-answers li:not(.right), .quiz-standings li) { background:#0f1b3d; } #place.page .quiz-people li { background:#0f1b3d; }
.quiz-head { display:flex; gap:1em; align-items:center; justify-content:center; color:var(--soft); font-weight:700; } .quiz-head b { color:var(--accent); }
.quiz-clock { display:inline-grid; place-items:center; min-width:2.2em; height:2.2em; border-radius:50%; border:.18em solid var(--accent); color:var(--ink); font-weight:800; font-variant-numeric:tabular-nums; }
.quiz-clock.soon { background:var(--accent); color:var(--accent-ink); }
#place .quiz-text { font-size:clamp(1.5em,4vw,4.4em); margin:.2em 0; }
#place.page .quiz-text { font-size:1.6em; } #place.page .quiz-answers li { font-size:1.05em; }
.quiz-call { font-size:1.6em; font-weight:800; color:var(--accent); }
.quiz-answers, .quiz-standings, .quiz-people { list-style:none; margin:0; padding:0; }
.quiz-answers { display:grid; grid-template-columns:1fr 1fr; gap:.6em; text-align:left; }
.quiz-answers li { display:flex; gap:.6em; align-items:center; padding:.55em .7em; border-radius:var(--radius); background:var(--paper); font-weight:700; font-size:1.4em; border-left:.5em solid var(--a); overflow-wrap:anywhere; }
.quiz-answers li:nth-child(2) { border-color:var(--b); } .quiz-answers li:nth-child(3) { border-color:var(--c); } .quiz-answers li:nth-child(4) { border-color:var(--d); }
.quiz-answers .right { background:var(--good); color:#04301d; border-color:#04301d; } .quiz-answers .wrong { background:transparent; color:var(--soft); box-shadow:inset 0 0 0 2px var(--paper); }
.quiz-standings { display:grid; gap:.25em; width:min(100%,24em); margin:.4em auto 0; text-align:left; }
.quiz-standings li { display:flex; gap:.6em; align-items:center; background:var(--paper); border-radius:12px; padding:.3em .7em; }
.quiz-standings b { color:var(--soft); min-width:1.2em; } .quiz-standings i { width:.8em; height:.8em; border-radius:50%; flex:none; }
.quiz-standings span { flex:1; font-weight:700; overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
.quiz-standings small { color:var(--good); font-weight:800; } .quiz-standings em { color:var(--soft); font-style:normal; font-size:.75em; } .quiz-standings strong { font-variant-numeric:tabular-nums; }
.quiz-standings .own { outline:2px solid var(--accent); }
.quiz-ready { text-align:center; } .quiz-ready h1 { font-size:3.4em; color:var(--accent); margin:.1em 0; } .quiz-ready strong { font-size:4em; }
.quiz-choose { display:grid; gap:.6em; } .quiz-choose button { text-align:left; } .quiz-choose b { color:var(--accent); margin-right:.4em; }
#place .quiz-buzz { min-height:120px; font-size:1.8em; border-radius:999px; }
.quiz-people { display:flex; flex-wrap:wrap; gap:.4em; margin:0 0 1em; } .quiz-people li { background:var(--ground); border-radius:999px; padding:.2em .8em; font-weight:700; }
.quiz-settings select { background:var(--paper); }
.quiz-settings { display:flex; flex-wrap:wrap; gap:.6em; margin:.8em 0; } .quiz-settings label { display:grid; gap:.2em; font-size:.85em; color:var(--soft); flex:1 1 30%; }
#place.pad .pad-choices button { color:var(--ink); } #place.pad .pad-choices .chosen { color:var(--accent-ink); } #place.pad .pad-choices button:disabled { opacity:.75; }
.pad .pad-choices button:nth-of-type(1) { border-left:10px solid #ff8fa3; } .pad .pad-choices button:nth-of-type(2) { border-left:10px solid #ffd166; } .pad .pad-choices button:nth-of-type(3) { border-left:10px solid #7ee0c6; } .pad .pad-choices button:nth-of-type(4) { border-left:10px solid #9db8ff; }
`;
