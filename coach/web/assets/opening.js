// The page that is shown while the coach gets ready: it loads anew as soon as there is a coach.
const LOOK_EVERY = 500; // Milliseconds.

async function look() {
  try {
    if ((await fetch("/readyz", { cache: "no-store" })).ok) return location.reload();
  } catch {
    // The server is away; it may come back.
  }
  setTimeout(look, LOOK_EVERY);
}

look();
