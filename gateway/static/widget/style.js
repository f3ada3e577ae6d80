// How the widget looks. An adopted sheet needs no inline style, so the strictest policy of a page allows it.

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

// With another colour for what stands out; what is written on it is black or white, whichever reads better.
export function sheetOf(accent) {
  const sheet = new CSSStyleSheet();
  const own = HEX.test(accent ?? "") ? `.box{--accent:${accent};--on:${luminance(accent) > 0.179 ? "#000" : "#fff"}}` : "";
  sheet.replaceSync(LOOK + own);
  return sheet;
}

function luminance(hex) {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((one) => one + one) : hex.slice(1).match(/../g);
  const [red, green, blue] = digits.map((pair) => {
    const part = parseInt(pair, 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const LOOK = `
:host { all: initial; }
*, ::before { box-sizing: border-box; }
[hidden] { display: none !important; }
.box {
  color-scheme: light dark;
  --accent: #1a5a86; --on: #fff;
  --card: light-dark(#fff, #171d23); --ink: light-dark(#15202b, #e8edf2); --soft: light-dark(#55626f, #a3b0bd);
  --line: light-dark(#dde3e9, #323d48); --edge: light-dark(#7d8995, #76838f); --sunk: light-dark(#f0f3f6, #222b34);
  --warm: light-dark(#7c4a00, #f4c172); --warm-bg: light-dark(#fff3dc, #34291a);
  --good: light-dark(#14683d, #6bd49c); --good-bg: light-dark(#e3f5ea, #17301f);
  --bad: light-dark(#b3261e, #ff948b); --bad-bg: light-dark(#fdeceb, #3a1d1b);
  position: fixed; z-index: 2147483000; inset-block-end: 20px; right: 20px;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  color: var(--ink); text-align: start; -webkit-text-size-adjust: 100%;
}
.box[data-position="left"] { right: auto; left: 20px; }
.box[data-theme="light"] { color-scheme: light; }
.box[data-theme="dark"] { color-scheme: dark; }
button, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; flex: none; }
p, h2, h3, ul, ol, dl, dd, fieldset { margin: 0; padding: 0; border: 0; }
ul, ol { list-style: none; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher { position: relative; display: grid; place-items: center; width: 58px; height: 58px; margin-left: auto; border: 0; border-radius: 50%; background: var(--accent); color: var(--on); box-shadow: 0 4px 16px #0004; transition: transform .15s; }
.box[data-position="left"] .launcher { margin-left: 0; margin-right: auto; }
.launcher:hover { transform: scale(1.05); }
.launcher svg { width: 27px; height: 27px; }
.badge { position: absolute; top: -4px; inset-inline-end: -4px; min-width: 22px; height: 22px; padding: 0 6px; border: 2px solid var(--card); border-radius: 11px; background: #b3261e; color: #fff; font-size: 12px; font-weight: 700; line-height: 18px; text-align: center; }

.panel { display: flex; flex-direction: column; width: min(400px, 100vw - 40px); height: min(660px, 100dvh - 112px); margin-block-end: 14px; overflow: hidden; border: 1px solid var(--line); border-radius: 16px; background: var(--card); box-shadow: 0 12px 40px #0003; animation: rise .18s ease-out; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
header { display: flex; align-items: center; gap: 4px; padding: 10px; border-block-end: 1px solid var(--line); }
.title { flex: 1; min-width: 0; padding-inline: 4px; }
h2 { font-size: 16px; font-weight: 650; line-height: 1.25; }
h3 { font-size: 15px; font-weight: 650; }
.status { font-size: 12.5px; color: var(--soft); }
.status::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-inline-end: 6px; border-radius: 50%; background: var(--edge); }
.status[data-state="open"]::before { background: light-dark(#1f8a50, #4cc38a); }
.status[data-state="connecting"]::before, .status[data-state="lost"]::before { background: #d98a00; }
.status[data-state="refused"]::before, .status[data-state="expired"]::before { background: var(--bad); }
.icon { display: grid; place-items: center; width: 40px; height: 40px; padding: 0; border: 0; border-radius: 10px; background: none; color: var(--soft); }
.icon:hover, .session:hover { background: var(--sunk); color: var(--ink); }
.demo, .person { padding: 7px 16px; font-size: 13px; }
.demo { background: var(--warm-bg); color: var(--warm); }
.person { background: var(--warm-bg); color: var(--warm); font-weight: 600; border-block-end: 1px solid var(--line); }
.person[data-joined="true"] { background: var(--good-bg); color: var(--good); }
.body { flex: 1; display: flex; flex-direction: column; min-height: 0; }

.said { position: relative; flex: 1; display: flex; flex-direction: column; min-height: 0; }
.scroll { flex: 1; display: flex; flex-direction: column-reverse; min-height: 0; overflow-y: auto; overscroll-behavior: contain; }
.scroll:focus-visible { outline-offset: -3px; }
.inner { margin-block-end: auto; padding: 16px; }
.welcome { max-width: 30em; padding-block-end: 12px; color: var(--soft); }
.day { display: flex; align-items: center; gap: 10px; margin-block: 14px 10px; color: var(--soft); font-size: 12px; }
.day span::first-letter { text-transform: uppercase; }
.day::before, .day::after { content: ""; flex: 1; height: 1px; background: var(--line); }
.line { content-visibility: auto; contain-intrinsic-size: auto 76px; padding-block-start: 12px; }
.line.follows { padding-block-start: 4px; }
.bubble { width: fit-content; max-width: 88%; padding: 9px 13px; border-radius: 16px 16px 16px 5px; background: var(--sunk); overflow-wrap: anywhere; }
.bubble p { white-space: pre-wrap; }
[dir="rtl"] .bubble { border-radius: 16px 16px 5px 16px; }
.bubble a { color: inherit; text-decoration: underline; }
.customer .bubble { margin-inline-start: auto; border-radius: 16px 16px 5px 16px; background: var(--accent); color: var(--on); }
[dir="rtl"] .customer .bubble { border-radius: 16px 16px 16px 5px; }
.customer .bubble :focus-visible { outline-color: var(--on); }
.human .bubble { background: var(--good-bg); }
.line[data-status="escalated"] .bubble, .line[data-status="apologised"] .bubble { background: var(--warm-bg); }
.meta { display: flex; flex-wrap: wrap; align-items: baseline; gap: 1px 8px; padding: 3px 4px 0; color: var(--soft); font-size: 12px; }
.customer .meta { justify-content: flex-end; }
.follows + .follows .mark { display: none; }
.mark { color: var(--warm); font-weight: 600; }
.human .mark { color: var(--good); }
.state[data-state="failed"] { color: var(--bad); font-weight: 600; }
.sources { flex-basis: 100%; }
.plain { padding: 3px 6px; border: 0; border-radius: 6px; background: none; color: inherit; font-weight: 650; text-decoration: underline; }
.file { display: flex; align-items: center; gap: 8px; max-width: 100%; font-size: 14px; }
.bubble .file { margin-block-start: 6px; padding: 6px 10px; border: 1px solid currentColor; border-radius: 10px; background: none; text-align: start; }
.file span { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.file small { flex: none; }
.file svg { width: 18px; height: 18px; }

.card { max-width: 340px; margin-block-start: 8px; padding: 12px 14px; border: 1px solid var(--line); border-radius: 14px; background: var(--card); font-size: 14px; }
.head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 4px 8px; }
.chip { padding: 1px 9px; border-radius: 10px; background: var(--sunk); font-size: 12.5px; font-weight: 600; }
.chip.good { background: var(--good-bg); color: var(--good); }
.chip.bad { background: var(--bad-bg); color: var(--bad); }
.steps { display: flex; margin: 12px -9px 8px; font-size: 10.5px; line-height: 1.25; color: var(--soft); text-align: center; }
.steps li { position: relative; flex: 1; min-width: 0; padding: 17px 1px 0; overflow-wrap: anywhere; hyphens: auto; }
.steps li::before { content: ""; position: absolute; z-index: 1; inset-block-start: 0; inset-inline-start: calc(50% - 6px); width: 12px; height: 12px; border: 2px solid var(--edge); border-radius: 50%; background: var(--card); }
.steps li + li::after { content: ""; position: absolute; inset-block-start: 5px; inset-inline: calc(-50% + 6px) calc(50% + 6px); height: 2px; background: var(--line); }
.steps .done::before, .steps .now::before { border-color: var(--good); background: var(--good); }
.steps .now::before { box-shadow: 0 0 0 3px var(--good-bg); }
.steps li.done::after, .steps li.now::after { background: var(--good); }
.steps .now { color: var(--ink); font-weight: 600; }
.goods { padding-block: 6px; color: var(--soft); }
dl { display: grid; gap: 2px; }
dl div { display: flex; justify-content: space-between; gap: 12px; }
dt { color: var(--soft); }
dd { font-weight: 600; text-align: end; overflow-wrap: anywhere; }
.number { font-variant-numeric: tabular-nums; }
details { margin-block-start: 8px; }
summary { padding-block: 2px; color: var(--soft); cursor: pointer; }
.stops { display: grid; gap: 6px; padding-block-start: 6px; font-size: 13px; }
.stops time { display: block; color: var(--soft); font-size: 12px; }
.quicks { display: flex; flex-wrap: wrap; gap: 8px; padding-block-start: 12px; }
.quick { min-height: 36px; padding: 6px 14px; border: 1px solid var(--edge); border-radius: 18px; background: var(--card); font-size: 14px; font-weight: 550; text-align: start; }
.quick:hover { background: var(--sunk); }
.jump { position: absolute; inset-block-end: 40px; inset-inline-start: 50%; display: flex; align-items: center; gap: 6px; padding: 5px 14px 5px 10px; border: 1px solid var(--line); border-radius: 18px; background: var(--card); font-size: 13px; font-weight: 600; box-shadow: 0 3px 12px #0003; transform: translateX(-50%); white-space: nowrap; }
[dir="rtl"] .jump { transform: translateX(50%); }
.jump svg { width: 17px; height: 17px; }
.typing { display: flex; align-items: center; gap: 9px; min-height: 30px; padding: 4px 18px; color: var(--soft); font-size: 13px; }
.dots { display: inline-flex; gap: 3px; }
.dots i { width: 6px; height: 6px; border-radius: 50%; background: currentColor; animation: hop 1.2s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .15s; }
.dots i:nth-child(3) { animation-delay: .3s; }
@keyframes hop { 0%, 60%, 100% { opacity: .35; } 30% { opacity: 1; transform: translateY(-3px); } }

.composer { padding: 10px 12px max(10px, env(safe-area-inset-bottom)); border-block-start: 1px solid var(--line); }
.row { display: flex; align-items: flex-end; gap: 6px; }
textarea, input[type="email"] { width: 100%; min-height: 42px; padding: 9px 13px; border: 1px solid var(--edge); border-radius: 12px; background: var(--card); }
textarea { max-height: 132px; resize: none; field-sizing: content; }
::placeholder { color: var(--soft); opacity: 1; }
.row textarea { flex: 1; min-width: 0; }
textarea:focus-visible { outline-offset: -1px; }
.send { display: grid; place-items: center; flex: none; width: 42px; height: 42px; padding: 0; border: 0; border-radius: 12px; background: var(--accent); color: var(--on); }
[dir="rtl"] .send svg { transform: scaleX(-1); }
.solid { min-height: 42px; padding: 8px 18px; border: 0; border-radius: 12px; background: var(--accent); color: var(--on); font-weight: 600; }
.chips { display: grid; gap: 6px; padding-block-end: 8px; }
.chips .file { padding-inline-start: 10px; border-radius: 10px; background: var(--sunk); }
.chips .file span { flex: 1; }
.chips .icon { width: 34px; height: 34px; }
.chips .icon svg { width: 16px; height: 16px; }
.chips [data-state="failed"] { color: var(--bad); }
.problem { padding-block-end: 6px; color: var(--bad); font-size: 13px; }
.problem:empty { display: none; }

.sessions, .who { display: flex; flex-direction: column; gap: 12px; padding: 16px; overflow-y: auto; }
.session { position: relative; display: grid; width: 100%; padding: 10px 12px; border: 1px solid var(--line); border-radius: 12px; background: none; text-align: start; }
.sessions ul { display: grid; gap: 8px; }
.name { overflow: hidden; padding-inline-end: 30px; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
small, .none { color: var(--soft); font-size: 12.5px; }
.bubble small { color: inherit; }
.count { position: absolute; inset-block-start: 12px; inset-inline-end: 12px; min-width: 22px; padding: 0 6px; border-radius: 11px; background: #b3261e; color: #fff; font-size: 12px; font-weight: 700; line-height: 22px; text-align: center; }
.who label { font-weight: 600; }
.ending { display: grid; gap: 10px; justify-items: center; padding: 14px; border-block-start: 1px solid var(--line); }
.ending p { display: flex; align-items: center; gap: 6px; color: var(--soft); }
.rating { margin-block-start: 16px; padding: 14px; border: 1px solid var(--line); border-radius: 14px; text-align: center; }
legend { width: 100%; padding: 0; font-weight: 600; }
.stars { display: flex; justify-content: center; gap: 2px; padding-block-start: 6px; }
.star { position: relative; display: grid; place-items: center; width: 44px; height: 44px; border-radius: 10px; color: var(--edge); cursor: pointer; }
.star svg { width: 28px; height: 28px; }
.star.on { color: light-dark(#a86a00, #f4c172); }
.star.on svg { fill: currentColor; }
.star:has(:focus-visible) { outline: 2px solid var(--ink); }
.more { display: grid; gap: 10px; padding-block-start: 10px; }

@media (max-width: 480px), (max-height: 420px) {
  .panel { position: fixed; inset: 0; width: auto; height: 100dvh; margin: 0; border: 0; border-radius: 0; }
  .open .launcher { display: none; }
  textarea, input[type="email"] { font-size: 16px; }
}
@media (prefers-reduced-motion: reduce) { *, ::before { animation: none !important; transition: none !important; } }
@media (forced-colors: active) { .bubble, .launcher, .send, .solid, .chip { border: 1px solid; } }
`;
