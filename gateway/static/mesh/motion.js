/** Messages as dots that move along the ways. Some of them: the others are counted where they pass. */

import { draw } from "../views/dom.js";

const TRAVEL = 750;
const SPREAD = 900;
const MOST = 60;

export class Motion {
  constructor(graph) {
    this.graph = graph;
    this.dots = [];
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
  }

  /** Let these moves be seen, spread over the time until the next pulse. */
  send(moves, followed) {
    if (this.still.matches || document.hidden) return;
    const now = performance.now();
    moves.forEach((move, index) => {
      if (this.dots.length >= MOST) return;
      const path = this.graph.path(move.source, move.target);
      if (!path) return;
      const mine = move.message_id === followed;
      const dot = draw("circle", { r: mine ? 7 : 5, class: mine ? "dot followed" : "dot", visibility: "hidden" });
      this.graph.svg.append(dot);
      this.dots.push({ dot, path, length: path.getTotalLength(), start: now + (SPREAD * index) / moves.length });
    });
    if (this.dots.length && !this.frame) this.frame = requestAnimationFrame((at) => this.#step(at));
  }

  #step(now) {
    this.dots = this.dots.filter(({ dot, path, length, start }) => {
      const part = (now - start) / TRAVEL;
      if (part > 1) {
        dot.remove();
        return false;
      }
      if (part >= 0) {
        const eased = part < 0.5 ? 2 * part * part : 1 - (2 - 2 * part) ** 2 / 2;
        const { x, y } = path.getPointAtLength(length * eased);
        dot.setAttribute("transform", `translate(${x} ${y})`);
        dot.removeAttribute("visibility");
      }
      return true;
    });
    this.frame = this.dots.length ? requestAnimationFrame((at) => this.#step(at)) : null;
  }
}
