// Let one tab at a time change what is kept under a key of localStorage.  Flow: `store.js` ->
// here.
//
// A lock alone is not enough: tabs may run in processes of their own, and what one has written
// reaches the next a moment later than its turn does.  So whoever writes says with a second
// lock, which holds nobody up, what the text is now; whoever comes next waits until it sees it.
const TOLD_FOR_MS = 5000;
const WAIT_MS = 2000;
const LOOK_AGAIN_MS = 4;

/** Run `work` when no other tab changes the key, and this one sees what the last one wrote.

    Browsers have locks over https and on the machine itself; elsewhere it runs at once. */
export async function alone(key, work) {
  const { locks } = navigator;
  if (!locks) {
    work();
    return;
  }
  await locks.request(key, async () => {
    const last = await lastWritten(key);
    if (last) await seen(key, last.mark);
    work();
    await tell(key, (last?.number ?? 0) + 1);
  });
}

/** Return the number and the mark of what was written last, if that was a moment ago. */
async function lastWritten(key) {
  const { held } = await navigator.locks.query();
  return held
    .map(({ name }) => name.split(" "))
    .filter(([what]) => what === written(key))
    .map(([, number, mark]) => ({ number: Number(number), mark }))
    .reduce((last, one) => (last && last.number > one.number ? last : one), null);
}

/** Wait for a text to reach this tab; not for ever, as it may have been changed by hand. */
async function seen(key, mark) {
  const until = performance.now() + WAIT_MS;
  while (markOf(key) !== mark && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

function tell(key, number) {
  const name = `${written(key)} ${number} ${markOf(key)}`;
  return new Promise((told) => {
    navigator.locks.request(name, () => {
      told();
      return new Promise((resolve) => setTimeout(resolve, TOLD_FOR_MS));
    });
  });
}

const written = (key) => `${key}-written`;

/** Return a short number that stands for the text under a key (FNV-1a). */
function markOf(key) {
  const text = localStorage.getItem(key) ?? "";
  let mark = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    mark = Math.imul(mark ^ text.charCodeAt(index), 0x01000193);
  }
  return String(mark >>> 0);
}
