// Theme and direction as this browser remembers them, before anything is drawn.

const root = document.documentElement;

export function look() {
  const theme = localStorage.getItem("mesh.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  root.dir = localStorage.getItem("mesh.dir") === "rtl" ? "rtl" : "ltr";
}

export function choose(key, value) {
  if (value) localStorage.setItem(key, value);
  else localStorage.removeItem(key);
  look();
}

look();
