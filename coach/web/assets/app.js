// The coach as an app: keep the helplines for hours without a connection, and say in the talk when
// there is none.  A machine without a network may still reach a coach that runs on itself, so
// what counts is whether the coach there can answer.
const CARE = "/offline";
const AGAIN_MS = 3000;

if (window.parent === window && "serviceWorker" in navigator) {
  addEventListener("load", () => {
    // Where a browser allows none (a private window, plain http), all else works as before.
    navigator.serviceWorker.register("/service-worker.js", { updateViaCache: "none" }).catch(() => {});
  });
}

// Whatever asks in vain, Gradio's scripts too, makes this one look whether the server is there.
const ask = window.fetch.bind(window);
const STREAM = "text/event-stream";
window.fetch = async (...request) => {
  try {
    const answer = await ask(...request);
    return answer.headers.get("Content-Type")?.startsWith(STREAM) ? watched(answer) : answer;
  } catch (error) {
    if (error.name !== "AbortError") setTimeout(look);
    throw error;
  }
};

/** Return a stream that says so where it breaks off: the server that was answering has died, and
    Gradio will load the page anew, from another one perhaps, as soon as any is there. */
function watched(stream) {
  const reader = stream.body.getReader();
  const body = new ReadableStream({
    async pull(out) {
      try {
        const { done, value } = await reader.read();
        if (done) out.close();
        else out.enqueue(value);
      } catch (error) {
        if (error.name !== "AbortError") {
          dispatchEvent(new Event("connectionlost"));
          setTimeout(look);
        }
        out.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, stream);
}

async function reachable() {
  try {
    return (await ask("/readyz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

async function helplines() {
  try {
    const page = new DOMParser().parseFromString(await (await ask(CARE)).text(), "text/html");
    return page.querySelector(".contacts");
  } catch {
    return null;
  }
}

let again; // Until it is there again.

async function look() {
  const there = await reachable();
  const foot = document.querySelector("#foot");
  const shown = document.querySelector("#foot .offline");
  clearTimeout(again);
  if (there) {
    shown?.remove();
    return;
  }
  again = setTimeout(look, AGAIN_MS);
  dispatchEvent(new Event("connectionlost"));
  if (foot && !shown) {
    const parts = document.querySelector("#offline-parts").content.cloneNode(true);
    const notice = parts.firstElementChild;
    foot.prepend(notice);
    const lines = await helplines();
    if (lines) notice.append(lines);
  }
}

for (const change of ["online", "offline"]) addEventListener(change, look);
