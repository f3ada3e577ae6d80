/** The actors as a graph: each a button in a grid, the ways between them drawn behind. */

import { counted, draw, make, worded } from "../views/dom.js";

/** Visits that may wait before it is worth a word. */
const SLOW_QUEUE = 10;

export class Graph {
  /** `choose` is called with the name of the actor that somebody picks. */
  constructor(place, choose) {
    this.place = place;
    this.choose = choose;
    this.actors = new Map();
    this.links = new Map();
    this.svg = draw("svg", { "aria-hidden": "true" });
    new ResizeObserver(() => this.connect()).observe(place);
  }

  /** Draw this plan; what was there before goes. */
  show(plan) {
    this.plan = plan;
    const chosen = this.chosen;
    this.actors = new Map(plan.stations.map((station) => [station.name, this.#button(station)]));
    const ordered = [...plan.stations].sort((one, other) => one.column - other.column || one.row - other.row);
    this.place.replaceChildren(this.svg, ...ordered.map((station) => this.actors.get(station.name)));
    this.connect();
    this.pick(chosen ?? null);
  }

  /** Show what each actor does now. */
  update(works) {
    for (const [name, button] of this.actors) {
      const work = works[name];
      if (!work) continue;
      say(button.querySelector(".figures"), `${counted(work.rate)}/min`);
      const here = button.querySelector(".here");
      say(here, work.inside ? counted(work.inside) : "");
      here.hidden = !work.inside;
      alarm(button.querySelector(".alarm"), work);
    }
  }

  /** Mark the ways that were used since the last pulse. */
  flow(flows) {
    const busy = new Set(flows.map((one) => key(one.source, one.target)));
    for (const [name, { path }] of this.links) path.classList.toggle("busy", busy.has(name));
  }

  /** Show this actor as chosen, with its ways; none for null. */
  pick(name) {
    this.chosen = name;
    this.place.classList.toggle("choosing", name !== null);
    for (const [other, button] of this.actors) button.setAttribute("aria-pressed", String(other === name));
    for (const { link, path } of this.links.values()) path.classList.toggle("of", name !== null && [link.source, link.target].includes(name));
  }

  /** Light the actors at which the followed message is. */
  light(names) {
    for (const [name, button] of this.actors) button.classList.toggle("lit", names.includes(name));
  }

  /** The path between two actors, or one that leads out of the mesh; null where there is none to see. */
  path(source, target) {
    if (target) return this.links.get(key(source, target))?.path ?? null;
    const from = this.actors.get(source);
    if (!from) return null;
    const box = boxOf(from);
    const away = this.#sign();
    const start = away > 0 ? box.right : box.left;
    return draw("path", { d: `M${start},${box.middle} l${away * 40},0` });
  }

  /** Draw the ways anew, between where the actors stand now. */
  connect() {
    if (!this.plan || !this.place.clientWidth) return;
    this.links = new Map();
    for (const link of this.plan.links) {
      const from = this.actors.get(link.source);
      const to = this.actors.get(link.target);
      if (!from || !to) continue;
      const path = draw("path", { class: `link ${link.way}`, d: curve(boxOf(from), boxOf(to), this.#sign()) });
      this.links.set(key(link.source, link.target), { link, path });
    }
    this.svg.replaceChildren(...[...this.links.values()].map(({ path }) => path));
    this.pick(this.chosen ?? null);
  }

  #sign() {
    return getComputedStyle(this.place).direction === "rtl" ? -1 : 1;
  }

  #button(station) {
    const button = make(
      "button",
      { type: "button", class: `actor ${station.kind}`, "aria-pressed": "false", onclick: () => this.choose(station.name) },
      make("span", { class: "what" }, worded(station.name)),
      make("span", { class: "figures" }, "0/min"),
      make("span", { class: "here", title: "Messages that are here now", hidden: true }),
      make("span", { class: "alarm", hidden: true }),
    );
    button.style.gridColumn = String(station.column + 1);
    button.style.gridRow = String(station.row + 1);
    button.addEventListener("pointerenter", () => this.#hint(station.name));
    button.addEventListener("pointerleave", () => this.pick(this.chosen ?? null));
    return button;
  }

  #hint(name) {
    this.place.classList.add("choosing");
    for (const { link, path } of this.links.values()) path.classList.toggle("of", [link.source, link.target].includes(name));
  }
}

function alarm(place, work) {
  const served = work.mailbox === undefined || work.mailbox.workers > 0;
  const backlog = work.mailbox?.backlog ?? 0;
  const words = !served ? "no worker" : backlog > SLOW_QUEUE ? `${counted(backlog)} queued` : work.retries ? `${counted(work.retries)} ${work.retries === 1 ? "retry" : "retries"}` : "";
  say(place, words);
  place.hidden = !words;
  place.classList.toggle("slow", served);
}

function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

const key = (source, target) => `${source}>${target}`;

function boxOf(button) {
  const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = button;
  return { left, top, right: left + width, bottom: top + height, center: left + width / 2, middle: top + height / 2 };
}

/** From the far side of one box to the near side of the other; backwards it goes around below. */
function curve(from, to, away) {
  const [out, into] = away > 0 ? [from.right, to.left] : [from.left, to.right];
  const ahead = (into - out) * away;
  if (ahead > 0) {
    const bend = Math.max(ahead / 2, 18) * away;
    return `M${out},${from.middle} C${out + bend},${from.middle} ${into - bend},${to.middle} ${into},${to.middle}`;
  }
  if (Math.abs(from.center - to.center) < 8) {
    const side = out + 26 * away;
    const back = away > 0 ? to.right : to.left;
    return `M${out},${from.middle} C${side},${from.middle} ${side},${to.middle} ${back},${to.middle}`;
  }
  const below = Math.max(from.bottom, to.bottom) + 22;
  return `M${from.center},${from.bottom} C${from.center},${below} ${to.center},${below} ${to.center},${to.bottom}`;
}
