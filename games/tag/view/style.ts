/** Style of the panels of tag, added to the page's. */
export const style = `
.tag-lobby { width:330px; padding:16px 18px; max-height:calc(100vh - 140px); }
.tag-lobby h2, .tag-scores h2 { font-size:1.25em; margin:0 0 .3em; gap:.5em; }
.tag-lobby h2 small, .tag-scores h2 small { font-size:.65em; color:var(--soft); font-weight:700; margin-left:.4em; }
#hud .tag-lobby h2 button { font-size:.6em; padding:.5em .9em; }
.tag-invite { display:flex; gap:12px; align-items:center; justify-content:space-between; background:#fff; border-radius:18px; padding:8px 8px 8px 16px; }
.tag-invite .label { margin:0; } .tag-invite small { display:block; color:var(--soft); font-size:.72em; line-height:1.25; }
.tag-code { font:800 2.5em/1.1 ui-monospace,'DejaVu Sans Mono',monospace; letter-spacing:.1em; user-select:all; }
.tag-invite .qr { width:118px; height:118px; flex:none; }
.tag-people { list-style:none; margin:.6em 0; padding:0; display:grid; gap:4px; max-height:220px; overflow:auto; scrollbar-width:thin; }
.tag-people li { display:flex; align-items:center; gap:.55em; font-weight:700; min-height:2.1em; padding:0 .3em; border-radius:10px; }
.tag-people li.gone { opacity:.55; } .tag-people small { color:var(--soft); } .tag-people .tag-leader { color:#a35a00; }
.tag-people .grow { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
#hud .tag-people button { padding:.3em .7em; font-size:.8em; white-space:nowrap; }
.tag-people .dot, .tag-scores .dot { width:13px; height:13px; display:inline-block; border:1.5px solid rgba(40,20,30,.35); }
.tag-yes { color:#217a58; font-weight:800; font-size:.88em; } .tag-no { color:var(--soft); font-size:.88em; font-weight:600; }
#hud .tag-length select { width:auto; } .tag-length { font-weight:700; padding:0 .3em; }
.tag-actions { margin-top:.5em; align-items:stretch; } .tag-actions button { flex:1; min-height:48px; }
#hud .tag-actions button.go { font-size:1.1em; padding:.5em; } #hud .tag-actions button.go:disabled { box-shadow:none; }
#hud button.tag-unset { background:#fff; box-shadow:inset 0 0 0 2px var(--leaf); color:#1d6b4d; } #hud button.tag-set { background:#1f7a57; color:#fff; }
.panel p.tag-hint { font-size:.86em; margin:.5em 0 0; }
.tag-top { display:flex; flex-direction:column; gap:7px; align-items:center; }
.tag-clock { font-size:1.5em; font-weight:800; font-variant-numeric:tabular-nums; padding:.2em .8em; } .tag-clock small { font-size:.62em; }
.tag-it { display:flex; gap:.5em; align-items:center; max-width:100%; background:rgba(40,30,52,.72); } .tag-it.me { background:#d92d20; font-weight:800; box-shadow:0 0 0 3px #fff; }
.tag-it span { overflow:hidden; text-overflow:ellipsis; } .tag-it svg { flex:none; }
.tag-watch { background:#2b6cb0; }
.tag-count { font-size:clamp(120px,34vmin,260px); font-weight:900; line-height:1; color:#fff; text-shadow:0 6px 0 rgba(60,20,20,.5),0 0 40px rgba(60,20,20,.5); animation:tag-pop .9s ease-out; }
@keyframes tag-pop { from { transform:scale(1.5); opacity:.2; } 30% { transform:scale(1); opacity:1; } }
.tag-scores { width:min(430px,calc(100vw - 24px)); padding:18px 20px; max-height:calc(100vh - 190px); }
.tag-scores table { width:100%; border-collapse:collapse; font-variant-numeric:tabular-nums; }
.tag-scores th { font-size:.78em; color:var(--soft); text-align:right; font-weight:800; padding:.2em .3em; } .tag-scores th:first-child { text-align:left; }
.tag-scores td { padding:.32em .3em; text-align:right; font-weight:600; border-top:1px solid var(--line); }
.tag-scores td:nth-child(1) { width:1.6em; color:var(--soft); } .tag-scores td:nth-child(2) { text-align:left; font-weight:800; max-width:11em; overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
.tag-scores tr.own td { background:#ffeadf; } .tag-scores tbody tr:first-child b { color:#b3401f; }
@media (max-width:720px) {
  .tag-lobby { position:fixed; left:8px; right:8px; bottom:8px; width:auto; max-height:70vh; padding:12px 14px; z-index:2; }
  .tag-people { max-height:26vh; } .tag-invite .qr { width:104px; height:104px; } .tag-code { font-size:2.2em; }
  .slot:has(.tag-top) { left:12px; transform:none; max-width:calc(100vw - 76px); } .tag-top { align-items:flex-start; }
  #hud:has(.tag-top) .chat { top:134px; } #hud:has(.tag-watch) .chat { top:168px; }
  .slot:has(.tag-scores) { z-index:2; }
  .tag-clock { font-size:1.25em; } .tag-it, .tag-watch { font-size:.85em; }
}
@media (max-height:560px) { .tag-lobby { max-height:calc(100vh - 80px); } .tag-invite .qr { width:84px; height:84px; } .tag-people { max-height:96px; } }
@media (max-height:480px) and (min-width:561px) {
  .tag-lobby { padding:10px 14px; max-height:calc(100vh - 74px); } .tag-invite small, .tag-hint { display:none; } .tag-invite .qr { width:64px; height:64px; } .tag-code { font-size:1.8em; }
  .tag-people { max-height:none; margin:.3em 0; }
  .tag-actions { position:sticky; bottom:-14px; padding:4px 0 14px; background:#fffaf3; margin-top:0; }
  .slot:has(.tag-lobby:not(.folded)), .slot:has(.tag-scores) { z-index:3; }
  .slot:has(.tag-scores) { top:56px; transform:translateX(-50%); } .tag-scores { padding:12px 16px; max-height:calc(100vh - 66px); }
  #hud:has(.tag-lobby:not(.folded)) :is(.thumbs,.emotes,.feed), #hud:has(.tag-scores) :is(.thumbs,.emotes,.touchpad,.chat,.feed) { visibility:hidden; }
}
`;
