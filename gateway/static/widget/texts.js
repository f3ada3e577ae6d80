// The words of the widget in the customer's language, and how that language writes days, times and sums.

const SPOKEN = ["en", "de", "es", "fr", "ar"];
const RIGHT_TO_LEFT = new Set(["ar"]);
const DAY = 86_400_000;

// The first of the wished languages that we speak, else English.
export function chosen(...wished) {
  const found = wished.filter(Boolean).find((locale) => SPOKEN.includes(locale.slice(0, 2).toLowerCase()));
  return found ?? "en";
}

export async function texts(locale) {
  const language = locale.slice(0, 2).toLowerCase();
  const { default: words } = await import(`./texts/${language}.js`);
  return new Words(words, valid(locale) ? locale : language, language);
}

const valid = (locale) => {
  try {
    return Intl.getCanonicalLocales(locale).length > 0;
  } catch {
    return false;
  }
};

class Words {
  constructor(words, locale, language) {
    this.words = words;
    this.locale = locale;
    this.language = language;
    this.direction = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
    const format = (options) => new Intl.DateTimeFormat(locale, options);
    this.times = format({ hour: "2-digit", minute: "2-digit" });
    this.dates = format({ weekday: "short", day: "numeric", month: "short" });
    this.long = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
    this.near = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  }

  // `t("joined", {name: "Anna"})`: the words under this key, with their gaps filled.
  t(key, gaps = {}) {
    return (this.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => gaps[name] ?? "");
  }

  // What is said about one of several: `of("status", "in_transit")`; the plain word where nothing is said.
  of(kind, name) {
    return this.words[kind][name] ?? String(name).replaceAll("_", " ");
  }

  time(at) {
    return this.times.format(at);
  }

  // A calendar day such as 2026-11-20 is the same day everywhere.
  date(day) {
    return this.dates.format(/^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T12:00`) : new Date(day));
  }

  day(at) {
    const days = Math.round((midnight(at) - midnight(new Date())) / DAY);
    return days > -2 && days < 1 ? this.near.format(days, "day") : this.long.format(at);
  }

  money(amount, currency) {
    return new Intl.NumberFormat(this.locale, { style: "currency", currency }).format(amount);
  }

  minutes(count) {
    const [number, unit] = count % 60 || !count ? [count, "minute"] : [count / 60, "hour"];
    return new Intl.NumberFormat(this.locale, { style: "unit", unit, unitDisplay: "long" }).format(number);
  }

  size(bytes) {
    const [number, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
    return new Intl.NumberFormat(this.locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(number);
  }
}

const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
