// A page of this site that is shown in a frame of the talk: it hides its own furniture, and
// whatever leads to the talk changes the talk's address instead of opening another one.
function talkAround() {
  try {
    return parent !== self && parent.location.pathname === "/" ? parent : null;
  } catch {
    return null; // The page around is another site's.
  }
}

if (talkAround()) document.documentElement.classList.add("framed");

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const talk = talkAround();
  if (!talk || link.origin !== location.origin || link.pathname !== "/") return;
  event.preventDefault();
  talk.location.hash = link.hash;
});
