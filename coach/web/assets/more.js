// What is needed seldom (the region, keeping the talk, starting again, the sound) stands
// behind one button, so that a phone has room for the talk.
import { until } from "./chat.js";
import { Parts } from "./parts.js";

const line = new Parts("talk-parts").piece(".foot-line");
const more = line.querySelector(".more");
const page = document.documentElement;

more.addEventListener("click", () => {
  const opened = page.dataset.more === undefined;
  if (opened) page.dataset.more = "";
  else delete page.dataset.more;
  more.setAttribute("aria-expanded", String(opened));
});

/** The line below the box, once it stands there. */
export const footLine = until(() => document.querySelector("#settings")).then(() => {
  document.querySelector("#settings").before(line);
  return line;
});
