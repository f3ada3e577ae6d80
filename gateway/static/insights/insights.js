/** Insights: a span of time, the figures of it, each as a chart, as a table and as CSV. */

import { counted, find, make, worded } from "../views/dom.js";
import { Refused, ask, dress, greet, turnAway } from "../views/frame.js";
import { CHARTS, cell, headline, rows } from "./charts.js";
import { drawn, erase, load } from "./drawing.js";

const DAY = 86_400_000;

dress();
greet();
load().catch((error) => complain(error.message));

const charts = find("#charts");
let asked = 0;
let figures = null;

/** The day of an instant in UTC, as inputs and the API write it. */
const dayOf = (at) => new Date(at).toISOString().slice(0, 10);

/** What the address says is to be shown; a week when it says nothing. */
function wanted() {
  const given = new URLSearchParams(location.search);
  if (given.has("hours")) return { hours: given.get("hours") };
  const until = given.get("until") ?? dayOf(Date.now());
  return { since: given.get("since") ?? dayOf(Date.parse(until) - 6 * DAY), until };
}

function go(span) {
  history.replaceState(null, "", `?${new URLSearchParams(span)}`);
  show();
}

async function show() {
  const span = wanted();
  const query = new URLSearchParams(span);
  const turn = ++asked;
  mark(span);
  document.body.classList.add("busy");
  complain("");
  try {
    const found = await ask(`/api/insights?${query}`);
    if (turn !== asked) return;
    figures = found;
    say(found);
    await picture(query);
  } catch (error) {
    if (error instanceof Refused) turnAway(error);
    else complain(error.message);
  } finally {
    if (turn === asked) document.body.classList.remove("busy");
  }
}

function mark(span) {
  for (const button of document.querySelectorAll(".presets button")) {
    const { hours, days } = button.dataset;
    const today = span.until === dayOf(Date.now());
    const on = hours ? span.hours === hours : today && span.since === dayOf(Date.parse(span.until) - (days - 1) * DAY);
    button.setAttribute("aria-pressed", String(on));
  }
  find("#since").value = span.since ?? dayOf(Date.now() - span.hours * 3_600_000);
  find("#until").value = span.until ?? dayOf(Date.now());
}

function say(found) {
  const count = rows(found.tables.sessions)[0].messages;
  const day = (at) => new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const last = day(Date.parse(found.until) - 1);
  const days = day(found.since) === last ? last : `${day(found.since)} to ${last}`;
  find("#said").textContent = count ? `${days}, by the ${found.by}.` : `${days}: no customer wrote in this time.`;
  find("#headline").replaceChildren(...headline(found.tables).map(([name, value, note]) =>
    make("div", {}, make("dt", {}, name), make("dd", { class: "value" }, value), make("dd", { class: "note" }, note))));
}

async function picture(query) {
  if (!charts.children.length) charts.append(...CHARTS.map(card));
  for (const [index, chart] of CHARTS.entries()) {
    const place = charts.children[index];
    find("a", place).href = `/api/insights/${chart.name}.csv?${query}`;
    tabulate(place, chart);
    await paint(place, chart);
  }
}

function card(chart, index) {
  const title = `chart-${index}`;
  const table = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${chart.title} as a table`, hidden: true }, make("table"));
  const toggle = make("button", { type: "button", "aria-expanded": "false", onclick: () => unfold(toggle, table) }, "Table");
  const tools = make("div", { class: "tools" }, toggle, make("a", { class: "button", download: true, "aria-label": `${chart.title} as CSV` }, "CSV"));
  return make(
    "section",
    { class: `card chart ${chart.size ?? ""}`, "aria-labelledby": title },
    make("h2", { id: title }, chart.title),
    make("p", { class: "meaning" }, chart.meaning),
    make("div", { class: "place" }),
    make("footer", {}, tools, table),
  );
}

function unfold(toggle, table) {
  table.hidden = !table.hidden;
  toggle.setAttribute("aria-expanded", String(!table.hidden));
}

function tabulate(place, chart) {
  const { columns, rows: lines } = figures.tables[chart.name];
  const number = (index) => (lines.every((line) => line[index] === null || typeof line[index] === "number") && lines.length ? "number" : null);
  const head = columns.map((name, index) => make("th", { scope: "col", class: number(index) }, worded(name)));
  const body = lines.map((line) => make("tr", {}, ...line.map((value, index) => make("td", { class: number(index) }, cell(columns[index], value)))));
  find("table", place).replaceChildren(make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
}

async function paint(card, chart) {
  const place = find(".place", card);
  const { traces, layout } = chart.draw(figures.tables, figures.by);
  if (!traces.length) {
    for (const old of place.children) erase(old);
    place.replaceChildren(make("p", { class: "nothing" }, "Nothing in this time."));
    return;
  }
  let drawing = find(".drawing", place);
  if (!drawing) {
    drawing = make("div", { class: "drawing", role: "img" });
    place.replaceChildren(drawing);
  }
  drawing.setAttribute("aria-label", `${chart.title}: ${told(traces)}. The table below has every figure.`);
  await drawn(drawing, traces, layout);
}

/** What a chart shows, in a few words. */
function told(traces) {
  const values = (trace) => (trace.orientation === "h" ? trace.x : trace.y);
  return traces.map((trace) => trace.type === "bar"
    ? `${trace.name} ${counted(values(trace).reduce((whole, value) => whole + value, 0))}`
    : `${trace.name} between ${trace.text.length} points`).join(", ");
}

function complain(words) {
  const place = find("#trouble");
  place.hidden = !words;
  place.textContent = words;
}

// -- beginning

find("#span").addEventListener("submit", (event) => {
  event.preventDefault();
  go({ since: find("#since").value, until: find("#until").value });
});
for (const button of document.querySelectorAll(".presets button")) {
  button.addEventListener("click", () => {
    const { hours, days } = button.dataset;
    go(hours ? { hours } : { since: dayOf(Date.now() - (days - 1) * DAY), until: dayOf(Date.now()) });
  });
}
const repaint = () => figures && CHARTS.forEach((chart, index) => charts.children[index] && paint(charts.children[index], chart));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
show();
