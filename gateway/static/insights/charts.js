/** Each chart: which table it shows, what that means in a sentence, and how it is drawn. */

import { counted, lasting, share, sum, worded } from "../views/dom.js";

const ENDINGS = ["resolved", "waiting", "apologised", "superseded", "open", "dead_lettered"];
const ENDING = { superseded: "Answered together", open: "No answer yet", waiting: "Waiting for a person", dead_lettered: "Dead letter" };
const STATES = ["confirmed", "assumed", "pending", "reopened", "disputed"];
const STATE = { pending: "Within seven days" };
const HANDS = ["mesh", "approved", "person"];
const HAND = { mesh: "Mesh alone", approved: "Mesh, approved by a person", person: "Person" };
const MOODS = ["NEGATIVE", "NEUTRAL", "POSITIVE", ""];
const OUTCOMES = ["done", "refused", "undone", "failed", "unclear", "planned"];
const PEOPLE = ["kept", "missed", "waiting"];
const URGENCIES = ["critical", "high", "medium", "low", ""];
const COLOURS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"];
/** What means the same has the same colour in every chart. */
const FAIR = {
  resolved: "--chart-1", waiting: "--chart-2", apologised: "--chart-5", superseded: "--chart-6", open: "--chart-4", dead_lettered: "--chart-3",
  mesh: "--chart-1", approved: "--chart-4", person: "--chart-2",
  confirmed: "--chart-3", assumed: "--chart-1", pending: "--chart-6", reopened: "--chart-2", disputed: "--chart-5",
  kept: "--chart-3", missed: "--chart-5",
  NEGATIVE: "--chart-5", NEUTRAL: "--chart-6", POSITIVE: "--chart-3", "": "--chart-4",
  done: "--chart-1", refused: "--chart-2", undone: "--chart-4", failed: "--chart-5", unclear: "--chart-6", planned: "--chart-3",
};

/** Every chart of the page, in its order. `draw` makes traces and layout of the tables and of what a bucket is. */
export const CHARTS = [
  {
    name: "volume", title: "Volume", size: "wide",
    meaning: "Messages of customers, by how each ended.",
    draw: (tables, by) => stacked(tables.volume, "ending", ENDINGS, ENDING, by),
  },
  {
    name: "resolution", title: "Resolution", size: "narrow",
    meaning: "Of the messages that were resolved. Confirmed: the customer thanked or gave 4 or 5 stars. Assumed: seven days without a word. "
      + "Reopened: the same customer came back about the same matter within seven days. Disputed: 1 or 2 stars.",
    draw: (tables) => across(tables.resolution, "answered_by", HANDS, HAND, "state", STATES, STATE),
  },
  {
    name: "answered_by", title: "Resolved by the mesh or by people", size: "wide",
    meaning: "Messages that were resolved, by who wrote the last answer.",
    draw: (tables, by) => stacked(tables.answered_by, "answered_by", HANDS, HAND, by),
  },
  {
    name: "intents", title: "Intents", size: "narrow",
    meaning: "What customers wanted; the main matter of each message.",
    draw: (tables) => ranked(tables.intents),
  },
  {
    name: "first_answer_over_time", title: "Time to the first answer",
    meaning: "From the question to the first words of ours, be it that a person will answer.",
    draw: (tables, by) => lines(tables.first_answer_over_time, by),
  },
  {
    name: "last_answer_over_time", title: "Time to the last answer",
    meaning: "From the question to the answer that ended it, people included.",
    draw: (tables, by) => lines(tables.last_answer_over_time, by),
  },
  {
    name: "sentiments", title: "Sentiment",
    meaning: "How customers felt when they wrote.",
    draw: (tables, by) => stacked(tables.sentiments, "sentiment", MOODS, { "": "Unknown" }, by),
  },
  {
    name: "deadlines", title: "Deadlines",
    meaning: "Messages that needed a person, by urgency: answered in time, missed, or still within their time.",
    draw: (tables) => across(tables.deadlines, "urgency", URGENCIES, { "": "Unknown" }, "person", PEOPLE, { waiting: "Waiting" }),
  },
  {
    name: "ratings", title: "Ratings", size: "narrow",
    meaning: "Stars that customers gave, by when the rated message was asked.",
    draw: (tables) => stars(tables.ratings),
  },
  {
    name: "actions", title: "Actions", size: "narrow",
    meaning: "What was to be done at the shop, and what came of it.",
    draw: (tables) => across(tables.actions, "name", null, {}, "outcome", OUTCOMES, {}, "actions"),
  },
  {
    name: "actions", title: "Money", size: "narrow",
    meaning: "Sums that moved with actions that were done, and those that were taken back.",
    draw: (tables) => across(paid(tables.actions), "name", null, {}, "outcome", ["done", "undone"], { undone: "Taken back" }, "amount"),
  },
];

/** The few figures above the charts: name, value, and a line of context. */
export function headline(tables) {
  const all = rows(tables.sessions)[0];
  const states = totals(tables.resolution, "state");
  const hands = totals(tables.resolution, "answered_by");
  const resolved = added(Object.values(states));
  const [first] = rows(tables.first_answer);
  const [last] = rows(tables.last_answer);
  const times = totals(tables.deadlines, "person");
  const given = rows(tables.ratings);
  const ratings = added(given.map((one) => one.ratings));
  const mean = ratings ? added(given.map((one) => one.stars * one.ratings)) / ratings : null;
  return [
    ["Messages", counted(all.messages), `${counted(all.sessions)} conversations, ${counted(all.customers)} customers`],
    ["Resolved by the mesh alone", share(hands.mesh, resolved), `${counted(hands.mesh)} of ${counted(resolved)} resolved`],
    ["Confirmed", share(states.confirmed, resolved), `${counted(states.assumed)} assumed, ${counted(states.pending)} too young`],
    ["Reopened", share(states.reopened, resolved), `${counted(states.reopened)} within seven days`],
    ["First answer, median", lasting(first.p50), `95 of 100 within ${lasting(first.p95)}`],
    ["Last answer, median", lasting(last.p50), `95 of 100 within ${lasting(last.p95)}`],
    ["Deadlines kept", share(times.kept, (times.kept ?? 0) + (times.missed ?? 0)), `${counted(times.missed)} missed, ${counted(times.waiting)} waiting`],
    ["Rating", mean === null ? "–" : `${mean.toFixed(1)} of 5`, `${counted(ratings)} given`],
  ];
}

/** A table's rows as objects. */
export function rows(table) {
  return table.rows.map((row) => Object.fromEntries(table.columns.map((name, index) => [name, row[index]])));
}

/** A cell in words: durations, sums and counts each in their way. */
export function cell(column, value) {
  if (value === null) return "–";
  if (/^p\d+$/.test(column)) return lasting(value);
  if (column === "amount") return sum(value);
  if (typeof value === "number") return counted(value);
  if (column === "bucket") return bucketed(value).replace("T", " ");
  return value === "" ? "unknown" : value;
}

// -- kinds of drawings

function stacked(table, column, order, words, by) {
  const buckets = [...new Set(rows(table).map((row) => row.bucket))];
  const traces = present(table, column, order).map((name) => {
    const counts = new Map(rows(table).filter((row) => row[column] === name).map((row) => [row.bucket, row.messages]));
    return { type: "bar", name: words[name] ?? worded(name.toLowerCase()), x: buckets.map(bucketed), y: buckets.map((one) => counts.get(one) ?? 0), colour: colourOf(name, order) };
  });
  return { traces, layout: { barmode: "stack", xaxis: dates(by) } };
}

function across(table, column, order, words, part, parts, named, value = "messages") {
  const kinds = present(table, column, order).reverse();
  const traces = present(table, part, parts).map((name) => {
    const counts = new Map(rows(table).filter((row) => row[part] === name).map((row) => [row[column], row[value]]));
    return { type: "bar", orientation: "h", name: named[name] ?? worded(name), x: kinds.map((one) => counts.get(one) ?? 0), y: kinds.map((one) => words[one] ?? worded(one)), colour: colourOf(name, parts) };
  });
  return { traces, layout: { barmode: "stack", hovermode: "y unified", xaxis: { showgrid: true }, yaxis: { rangemode: "normal" } } };
}

function ranked(table) {
  const top = rows(table).slice(0, 12).reverse();
  const names = top.map((row) => worded(row.label));
  const people = { type: "bar", orientation: "h", name: "Answered by a person", x: top.map((row) => row.by_people), y: names, colour: "--chart-2" };
  const others = { type: "bar", orientation: "h", name: "Others", x: top.map((row) => row.messages - row.by_people), y: names, colour: "--chart-1" };
  return { traces: top.length ? [others, people] : [], layout: { barmode: "stack", hovermode: "y unified", xaxis: { showgrid: true }, yaxis: { rangemode: "normal" } } };
}

function lines(table, by) {
  const found = rows(table);
  const line = (percent, name, colour, dash) => ({
    type: "scatter", mode: found.length < 40 ? "lines+markers" : "lines", name, x: found.map((row) => bucketed(row.bucket)), y: found.map((row) => row[percent]),
    text: found.map((row) => lasting(row[percent])), hovertemplate: "%{text}", colour, line: { dash },
  });
  const both = [line("p50", "Median", "--chart-1", "solid"), line("p95", "95 of 100", "--chart-2", "dot")];
  const values = found.flatMap((row) => [row.p50, row.p95]).filter((value) => value > 0);
  const range = [Math.log10(Math.min(...values)) - 0.2, Math.log10(Math.max(...values)) + 0.2];
  const ticks = range[1] - range[0] > 2.5 ? [0.01, 0.1, 1, 10, 60, 600, 3600, 14400, 86400] : [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 180, 600, 1800, 3600, 14400, 86400];
  return { traces: found.length ? both : [], layout: { xaxis: dates(by), yaxis: { type: "log", range, rangemode: "normal", tickvals: ticks, ticktext: ticks.map(lasting) } } };
}

function stars(table) {
  const given = new Map(table.rows);
  const places = [1, 2, 3, 4, 5];
  const trace = { type: "bar", name: "Ratings", x: places.map((one) => "★".repeat(one)), y: places.map((one) => given.get(one) ?? 0), colour: "--chart-1" };
  return { traces: table.rows.length ? [trace] : [], layout: { showlegend: false } };
}

// -- inside

function paid(table) {
  const amount = table.columns.indexOf("amount");
  const outcome = table.columns.indexOf("outcome");
  return { ...table, rows: table.rows.filter((row) => row[amount] > 0 && ["done", "undone"].includes(row[outcome])) };
}

function present(table, column, order) {
  const found = [...new Set(rows(table).map((row) => row[column]))];
  return order ? [...order.filter((one) => found.includes(one)), ...found.filter((one) => !order.includes(one))] : found.sort();
}

function totals(table, column) {
  const found = {};
  for (const row of rows(table)) found[row[column]] = (found[row[column]] ?? 0) + row.messages;
  return found;
}

const added = (values) => values.reduce((whole, value) => whole + value, 0);
const bucketed = (bucket) => (bucket.length > 10 ? `${bucket}:00` : bucket);
const dates = (by) => ({ type: "date", tickformat: by === "hour" ? "%H:%M\n%b %-d" : "%b %-d", hoverformat: by === "hour" ? "%b %-d, %H:%M" : "%a %b %-d, %Y", nticks: 8 });

function colourOf(name, order) {
  return FAIR[name] ?? COLOURS[Math.max(0, order.indexOf(name)) % COLOURS.length];
}
