// How was it? One to five stars and, for whoever likes, a few words.

import { h, icon } from "./dom.js";

const MOST = 5;

// `rate(stars, words)` answers whether it was kept.
export function rating(words, rate) {
  const chosen = () => Number(new FormData(form).get("stars"));
  const stars = Array.from({ length: MOST }, (_, place) => star(place + 1, words));
  const more = h("textarea", { name: "words", rows: "2", maxlength: "1000", "aria-label": words.t("rateWords"), placeholder: words.t("rateWords") });
  const told = h("p", { role: "status" });
  const rest = h("div", { class: "more", hidden: true }, more, h("button", { type: "submit", class: "solid" }, words.t("rateSend")));
  const form = h("form", { class: "rating" }, h("fieldset", {}, h("legend", {}, words.t("rate")), h("div", { class: "stars" }, stars)), rest, told);
  form.addEventListener("change", () => {
    rest.hidden = false;
    form.dataset.stars = chosen();
    stars.forEach((one, place) => one.classList.toggle("on", place < chosen()));
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const kept = chosen() && (await rate(chosen(), more.value.trim()));
    if (!kept) return (told.textContent = words.t("rateFailed"));
    const thanks = h("p", { class: "thanks", role: "status", tabindex: "-1" }, words.t("rateThanks"));
    form.replaceChildren(thanks);
    thanks.focus();
  });
  return form;
}

const star = (count, words) =>
  h("label", { class: "star" }, h("input", { type: "radio", name: "stars", value: String(count), class: "unseen" }), h("span", { class: "unseen" }, words.t("stars", { count: String(count) })), icon("star"));
