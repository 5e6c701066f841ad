// Requests to the service that this page came from, and its errors as they are told.

const KEY = "huoren.key";
let remembered = null; // where the browser keeps nothing, the key lives as long as the page

class Problem extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? "");
    Object.assign(this, { status, problem, retryAfter });
  }
}

export const hasKey = () => readKey() !== null;

export function keepKey(key) {
  remembered = key;
  try { sessionStorage.setItem(KEY, key); } catch { /* it lives as long as the page */ }
}

export function forgetKey() {
  remembered = null;
  try { sessionStorage.removeItem(KEY); } catch { /* nothing was kept */ }
}

function readKey() {
  try { return sessionStorage.getItem(KEY) ?? remembered; } catch { return remembered; }
}

// Gives the answer's JSON; throws a Problem, status 0 where the service cannot be reached.
export async function ask(path, body) {
  const headers = { Accept: "application/json" };
  if (hasKey()) headers.Authorization = `Bearer ${readKey()}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const options = { method: body === undefined ? "GET" : "POST", headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "omit", cache: "no-store" };
  let answer;
  let read;
  try {
    answer = await fetch(path, options);
    read = await answer.json().catch(() => ({}));
  } catch {
    throw new Problem(0, {});
  }
  if (!answer.ok) throw new Problem(answer.status, read, answer.headers.get("Retry-After"));
  return read;
}

const BUSY = 503;
const MOST_TRIES = 6;
const SHORTEST = 1; // seconds

// As `ask`, for a question that may be asked again: waits while the service is busy, for as long as it says.
export async function askPatiently(path) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask(path);
    } catch (error) {
      if (error.status !== BUSY || attempt === MOST_TRIES) throw error;
      const seconds = Math.max(SHORTEST, Number(error.retryAfter) || SHORTEST);
      await new Promise((resolve) => { setTimeout(resolve, 1000 * seconds); });
    }
  }
}
