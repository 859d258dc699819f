// The plot over weeks: a strip for each question, the words of the scale at its axis, a dot for
// each check-in and a line through the middle of each week.  Everything is placed in per cent,
// so that it fits any width; time runs the way the page is read.
import { date, part, QUESTIONS } from "./path-parts.js";

const SVG = "http://www.w3.org/2000/svg";
const DAY_MS = 86_400_000;
const SHORTEST_MS = 28 * DAY_MS;
const LONGEST_GAP_MS = 35 * DAY_MS;
const LEVELS = [1, 2, 3];

/** Draw check-ins, the earliest first, in place of what an element showed. */
export function draw(plot, checkins) {
  const times = checkins.map(({ at }) => Date.parse(at));
  const last = times.at(-1);
  const first = Math.min(times[0], last - SHORTEST_MS);
  const backwards = getComputedStyle(plot).direction === "rtl";
  const along = (time) => {
    const share = (100 * (time - first)) / (last - first);
    return `${backwards ? 100 - share : share}%`;
  };
  const strips = QUESTIONS.map((question, index) => {
    const panel = part(".panel");
    panel.querySelector(".name").textContent = question;
    panel.append(strip(times, checkins.map(({ answers }) => answers[index]), along));
    return panel;
  });
  const dates = part(".dates");
  dates.append(date(new Date(first).toISOString()), date(checkins.at(-1).at));
  plot.replaceChildren(...strips, dates);
}

function strip(times, answers, along) {
  const svg = shape("svg", {});
  for (const level of LEVELS) {
    svg.append(shape("line", { class: "level", x1: "0%", x2: "100%", y1: up(level), y2: up(level) }));
  }
  const weeks = middles(times, answers);
  weeks.slice(1).forEach((week, index) => {
    const before = weeks[index];
    if (week.time - before.time > LONGEST_GAP_MS) return;
    svg.append(shape("line", {
      class: "week",
      x1: along(before.time), y1: up(before.level), x2: along(week.time), y2: up(week.level),
    }));
  });
  times.forEach((time, index) => {
    svg.append(shape("circle", { cx: along(time), cy: up(answers[index]), r: 4 }));
  });
  return svg;
}

/** Return where an answer stands between the bottom and the top of its strip. */
const up = (level) => `${(100 * (LEVELS.length - level + 0.5)) / LEVELS.length}%`;

/** Return the middle of each week in which there was a check-in: its time and its answer. */
function middles(times, answers) {
  const weeks = new Map();
  times.forEach((time, index) => {
    const week = monday(time);
    weeks.set(week, [...(weeks.get(week) ?? []), { time, level: answers[index] }]);
  });
  return [...weeks.values()].map((points) => ({
    time: mean(points.map(({ time }) => time)),
    level: mean(points.map(({ level }) => level)),
  }));
}

const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/** Return when the week of a time began, by the clock of this device. */
function monday(time) {
  const day = new Date(time);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - ((day.getDay() + 6) % 7));
  return day.valueOf();
}

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
