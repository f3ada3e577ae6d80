// The desk's API. Every problem becomes an Error with the words of the server, its status and its members.

let csrf = "";
let lost = () => {};

export function whenSignedOut(then) {
  lost = then;
}

async function ask(method, path, body, options = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), ...options });
  } catch {
    throw Object.assign(new Error("The desk cannot be reached now."), { status: 0 });
  }
  const found = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return found;
  if (answer.status === 401 && !path.startsWith("/api/people/")) lost();
  throw Object.assign(new Error(found?.detail ?? `The desk answered ${answer.status}.`), { status: answer.status, problem: found ?? {} });
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}, options = {}) => ask("POST", path, body, options);
export const put = (path, body = {}) => ask("PUT", path, body);

export const act = (messageId, verb, body = {}) => post(`/api/desk/${encodeURIComponent(messageId)}/${verb}`, body);

export async function me() {
  return welcome(await get("/api/people/me"));
}

// Who has just signed in, as the form tells it.
export function welcome(found) {
  csrf = found.csrf;
  return found.person;
}
