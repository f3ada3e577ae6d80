// How things are called here, and how times and sums are written.

export { sum } from "../views/dom.js";

export const URGENCIES = ["critical", "high", "medium", "low"];
export const TIERS = ["vip", "gold", "silver", "standard"];

export const SERVICES = {
  customers: "the customer data",
  orders: "the orders",
  tracking: "the parcels",
  sessions: "earlier conversations",
};

const SPECIAL = {
  vip: "VIP",
  sku: "SKU",
  api_query_executor: "API query executor",
  de: "German",
  en: "English",
  es: "Spanish",
  fr: "French",
  ar: "Arabic",
};

export function plain(name) {
  if (!name) return "";
  if (SPECIAL[name]) return SPECIAL[name];
  return sentence(String(name).replaceAll("_", " "));
}

export const sentence = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

export function initials(name) {
  const parts = name.trim().split(/[\s._-]+/);
  return ((parts[0]?.[0] ?? "") + (parts[1]?.[0] ?? "")).toUpperCase();
}

export function clock(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function day(at) {
  return new Date(at).toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
}

export function span(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(left / 3600), Math.floor(left / 60) % 60];
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours) return `${hours} h ${String(minutes).padStart(2, "0")} min`;
  return `${minutes}:${String(left % 60).padStart(2, "0")}`;
}

export function percent(share) {
  return `${Math.round(share * 100)}%`;
}

export function whose(item) {
  const unproven = item.sender && `${item.sender} (not verified)`;
  return item.customer_name || item.customer_email || unproven || "Unknown customer";
}
