// The constellation: one canvas, drawn anew whenever the view, the filters or the module under the pointer change.
"use strict";
(() => {
  const sky = window.ASTROGRAPH_SKY;
  const { make, pageOf, starsOf, starNames } = window.ASTROGRAPH;
  const root = document.documentElement;
  const canvas = document.getElementById("canvas");
  const pen = canvas.getContext("2d", { alpha: false });
  const panel = document.getElementById("filters");
  const detail = document.getElementById("detail");
  const status = document.getElementById("status");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const count = sky.ids.length;
  const NONE = "\u2013";
  const number = (value) => value.toLocaleString("en");

  // ── the modules, column by column ──────────────────────────────────────────

  const X = Float32Array.from(sky.x, (value) => value / sky.unit);
  const Y = Float32Array.from(sky.y, (value) => value / sky.unit);
  const users = Array.from({ length: count }, () => []);
  sky.uses.forEach((used, at) => used.forEach((other) => users[other].push(at)));
  const weight = Float32Array.from(users, (each) => 0.5 + 0.42 * Math.log2(1 + each.length));
  const byWeight = Array.from({ length: count }, (_, at) => at).sort((one, other) => weight[one] - weight[other] || one - other);
  const named = sky.gates.filter(([, , modules]) => modules.length).map(([gate, verdict, modules]) => [gate, verdict, new Set(modules)]);
  const regions = sky.stars.map(([id, emoji, domain, x, y, rx, ry]) => ({
    id, emoji, domain, x: x / sky.unit, y: y / sky.unit, rx: rx / sky.unit, ry: ry / sky.unit, top: y / sky.unit, n: 0,
  }));
  for (let at = 0; at < count; at += 1) {
    const region = regions[sky.star[at]];
    region.top = Math.min(region.top, Y[at]);
    region.n += 1;
  }

  // A figure: each module joined to the one of its own star that it uses and that most others use.
  const figure = new Int32Array(count).fill(-1);
  for (let at = 0; at < count; at += 1) {
    let best = -1;
    for (const other of sky.uses[at]) {
      if (sky.star[other] === sky.star[at] && (best < 0 || users[other].length > users[best].length)) best = other;
    }
    figure[at] = best;
  }

  // Clusters: the modules of one stratum within one star, for labels half-way in.
  const clusters = [];
  {
    const groups = new Map();
    for (let at = 0; at < count; at += 1) {
      const key = sky.star[at] * 1e6 + sky.stratum[at];
      const group = groups.get(key) ?? { star: sky.star[at], name: sky.strata[sky.stratum[at]], n: 0, x: 0, y: 0 };
      group.n += 1; group.x += X[at]; group.y += Y[at];
      groups.set(key, group);
    }
    for (const group of groups.values()) {
      if (group.n >= 5 && sky.strata.length > 1) clusters.push({ ...group, x: group.x / group.n, y: group.y / group.n });
    }
    clusters.sort((one, other) => other.n - one.n);
  }

  // A coarse grid to find what is under the pointer.
  const CELL = 3;
  const grid = new Map();
  const cellOf = (x, y) => Math.floor(x / CELL) * 65536 + Math.floor(y / CELL);
  for (let at = 0; at < count; at += 1) {
    const key = cellOf(X[at], Y[at]);
    const cell = grid.get(key);
    if (cell) cell.push(at); else grid.set(key, [at]);
  }

  // ── view ────────────────────────────────────────────────────────────────────

  const view = { k: 1, x: 0, y: 0 };
  let width = 0;
  let height = 0;
  let ratio = 1;
  let smallest = 0.1;
  const onScreenX = (x) => (x - view.x) * view.k + width / 2;
  const onScreenY = (y) => (y - view.y) * view.k + height / 2;
  const inSkyX = (x) => (x - width / 2) / view.k + view.x;
  const inSkyY = (y) => (y - height / 2) / view.k + view.y;

  // The part of the canvas that nothing lies on: what lies on it takes the side that costs least.
  function uncovered() {
    let free = { left: 0, top: 0, right: width, bottom: height };
    if (paper) return free;
    const area = (part) => Math.max(0, part.right - part.left) * Math.max(0, part.bottom - part.top);
    for (const { offsetLeft, offsetTop, offsetWidth, offsetHeight } of [opener, panel, detail, status]) {
      if (!offsetWidth) continue;
      free = [
        { ...free, left: Math.max(free.left, offsetLeft + offsetWidth) }, { ...free, right: Math.min(free.right, offsetLeft) },
        { ...free, top: Math.max(free.top, offsetTop + offsetHeight) }, { ...free, bottom: Math.min(free.bottom, offsetTop) },
      ].reduce((best, each) => (area(each) > area(best) ? each : best));
    }
    return free;
  }

  const middleOf = (part) => [(part.left + part.right) / 2, (part.top + part.bottom) / 2];
  const isCovered = (x, y, free = uncovered()) => x < free.left || x > free.right || y < free.top || y > free.bottom;

  // The view in which a point of the sky stands in the middle of what can be seen.
  function centred(x, y, k, free = uncovered()) {
    const [atX, atY] = middleOf(free);
    return { k, x: x - (atX - width / 2) / k, y: y - (atY - height / 2) / k };
  }

  function wholeView() {
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const region of regions) {
      if (!region.n) continue;
      left = Math.min(left, region.x - region.rx); right = Math.max(right, region.x + region.rx);
      top = Math.min(top, region.y - region.ry); bottom = Math.max(bottom, region.y + region.ry);
    }
    if (left > right) return { k: 1, x: 0, y: 0 };
    const free = uncovered();
    const k = Math.max(0.1, Math.min((free.right - free.left - 40) / (right - left), (free.bottom - free.top - 60) / (bottom - top)));
    return centred((left + right) / 2, (top + bottom) / 2 - 6 / k, k, free);
  }

  // Near enough to tell modules apart, far enough for its neighbours to be in the picture, where both can be.
  const [FARTHEST, NEAREST] = [10, 26];
  function closeUp(at) {
    const free = uncovered();
    let [across, down] = [1, 1];
    for (const other of [...sky.uses[at], ...users[at]]) {
      across = Math.max(across, Math.abs(X[other] - X[at])); down = Math.max(down, Math.abs(Y[other] - Y[at]));
    }
    const room = Math.min(((free.right - free.left) / 2 - 50) / across, ((free.bottom - free.top) / 2 - 40) / down);
    return centred(X[at], Y[at], Math.max(FARTHEST, Math.min(NEAREST, room)), free);
  }

  // On paper the picture has a size of its own: it is drawn before the page is laid out for paper.
  const PAPER = { width: 960, height: 640, ratio: 2.5 };
  let paper = false;
  let before = null;  // the view on the screen while the picture is on paper
  function turn() {
    const onPaper = root.hasAttribute("data-print");
    if (onPaper === paper) return false;
    if (onPaper) {
      land();
      before = { ...view };
      const free = uncovered();
      const [x, y] = middleOf(free);
      const shown = { x: inSkyX(x), y: inSkyY(y), k: view.k * Math.min(PAPER.width / (free.right - free.left), PAPER.height / (free.bottom - free.top)) };
      Object.assign(view, shown);
    } else Object.assign(view, before);
    paper = onPaper;
    return true;
  }

  function resize() {
    const fitted = width === 0;
    if (paper) ({ width, height, ratio } = PAPER);
    else { width = canvas.clientWidth; height = canvas.clientHeight; ratio = Math.min(window.devicePixelRatio || 1, 2); }
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    const whole = wholeView();
    if (!paper) smallest = whole.k * 0.6;
    if (fitted || untouched) Object.assign(view, whole);
    paint();  // at once: a canvas that changes its size is empty
  }

  let untouched = true;
  let flight = 0;
  let aim = null;
  function flyTo(target) {
    untouched = false;
    cancelAnimationFrame(flight);
    aim = target;
    if (still.matches || paper) { land(); redraw(); return; }
    const from = { ...view };
    const begun = performance.now();
    const step = (now) => {
      const part = Math.min(1, (now - begun) / 380);
      const eased = 1 - (1 - part) ** 3;
      view.k = from.k * (target.k / from.k) ** eased;
      view.x = from.x + (target.x - from.x) * eased; view.y = from.y + (target.y - from.y) * eased;
      paint();
      if (part < 1) flight = requestAnimationFrame(step); else aim = null;
    };
    flight = requestAnimationFrame(step);
  }

  function land() {
    cancelAnimationFrame(flight);
    if (aim) Object.assign(view, aim);
    aim = null;
  }

  function zoom(factor, [x, y] = middleOf(uncovered())) {
    cancelAnimationFrame(flight);
    aim = null;
    untouched = false;
    const [atX, atY] = [inSkyX(x), inSkyY(y)];
    view.k = Math.max(smallest, Math.min(160, view.k * factor));
    view.x = atX - (x - width / 2) / view.k; view.y = atY - (y - height / 2) / view.k;
    redraw();
  }

  // ── filters ─────────────────────────────────────────────────────────────────

  const wanted = { star: null, tier: null, owner: null, stratum: null, gate: null, change: null };
  const lit = new Uint8Array(count).fill(1);
  let litCount = count;
  const name = (text) => text ?? NONE;

  const passes = {
    star: (at) => starsOf(sky, at).some((star) => sky.stars[star][0] === wanted.star),
    tier: (at) => name(sky.tiers[sky.tier[at]]) === wanted.tier,
    owner: (at) => name(sky.owners[sky.owner[at]]) === wanted.owner,
    stratum: (at) => sky.strata[sky.stratum[at]] === wanted.stratum,
    gate: (at) => named.find(([gate]) => gate === wanted.gate)?.[2].has(at) ?? false,
    change: (at) => sky.changes[sky.change[at]] === wanted.change,
  };

  function applyFilters() {
    const active = Object.keys(wanted).filter((key) => wanted[key] !== null);
    const others = active.filter((key) => key !== "star").map((key) => passes[key]);
    const tests = active.map((key) => passes[key]);
    const counts = new Uint32Array(sky.stars.length);
    litCount = 0;
    if (!reading) gone = [];
    for (let at = 0; at < count; at += 1) {
      lit[at] = tests.every((test) => test(at)) ? 1 : 0;
      litCount += lit[at];
      if (others.every((test) => test(at))) for (const star of starsOf(sky, at)) counts[star] += 1;
    }
    sky.stars.forEach(([id], star) => {
      legend[star].count.textContent = number(counts[star]);
      legend[star].button.setAttribute("aria-pressed", String(wanted.star === id));
    });
    for (const [key, select] of Object.entries(selects)) select.value = wanted[key] ?? "";
    say();
    remember();
    redraw();
  }

  // What a filter may ask for. What is asked for and not known is said: it comes from a link that somebody sent.
  const known = {
    star: sky.stars.map(([id]) => id), tier: sky.tiers.map(name), owner: sky.owners.map(name), stratum: sky.strata,
    gate: sky.gates.map(([gate]) => gate), change: sky.changes,
  };
  let gone = [];

  function unknown() {
    const asked = Object.entries(wanted).filter(([, value]) => value !== null);
    const said = asked.filter(([key, value]) => !known[key].includes(value)).map(([key, value]) => `There is no ${key} ${plainly(value)}`);
    const silent = known.gate.includes(wanted.gate) && !named.some(([gate]) => gate === wanted.gate);
    return [...gone, ...said, ...(silent ? [`The gate ${wanted.gate} says nothing of any module`] : [])];
  }

  // Text of a link, short and without marks that would turn or hide the words round it.
  function plainly(text) {
    const short = text.length > 80 ? `${text.slice(0, 80)}\u2026` : text;
    return short.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (mark) => `\\u${mark.codePointAt(0).toString(16).padStart(4, "0")}`);
  }

  const imports = sky.uses.reduce((sum, used) => sum + used.length, 0);
  function say() {
    const missing = unknown();
    const shown = litCount === count ? `${number(count)} modules, ${number(imports)} imports between them` : `${number(litCount)} of ${number(count)} modules`;
    status.textContent = [...missing, shown].join(". ");
    status.classList.toggle("warn", missing.length > 0);
  }

  const legend = sky.stars.map(([id, emoji, domain], star) => {
    const shown = make("span", { class: "count" });
    const button = make("button", {
      type: "button", "aria-pressed": "false", title: domain,
      onclick: () => { wanted.star = wanted.star === id ? null : id; applyFilters(); },
    }, make("span", { class: `dot s${star}` }), `${id}`, shown);
    return { button, count: shown };
  });

  const selects = {};
  function select(key, title, values) {
    if (values.length < 2 && key !== "gate" && key !== "change") return [];
    if (!values.length) return [];
    const box = make("select", { id: `by-${key}`, onchange: () => { wanted[key] = box.value === "" ? null : box.value; applyFilters(); } },
      make("option", { value: "" }, "all"), ...values.map(([value, text]) => make("option", { value }, text)));
    selects[key] = box;
    return [make("label", { for: `by-${key}` }, title), box];
  }

  const plain = (values) => values.map((value) => [name(value), value ?? "none"]);
  const changed = [...new Set(sky.change)].filter((each) => each > 0).map((each) => sky.changes[each]).sort();
  panel.append(
    make("div", { class: "legend", role: "group", "aria-label": "Stars" }, ...legend.map((each) => each.button)),
    ...select("tier", "Tier", plain(sky.tiers)),
    ...select("owner", "Owner", plain(sky.owners)),
    ...select("stratum", "Stratum", plain(sky.strata)),
    ...select("gate", "Gate with findings", named.map(([gate, verdict, modules]) => [gate, `${gate} (${verdict}, ${modules.size})`])),
    ...select("change", "Change against what is published", changed.map((each) => [each, each])),
    make("div", { class: "row" },
      make("button", { type: "button", "aria-label": "Zoom in", onclick: () => zoom(1.5) }, "+"),
      make("button", { type: "button", "aria-label": "Zoom out", onclick: () => zoom(1 / 1.5) }, "\u2212"),
      make("button", { type: "button", onclick: () => flyTo(wholeView()) }, "All"),
      make("button", { type: "button", onclick: reset }, "Reset")),
  );

  // In a narrow window the filters would lie on the picture: there they come when asked for.
  const opener = make("button", { type: "button", id: "show-filters", "aria-expanded": "false", "aria-controls": "filters", onclick: () => unfold(!panel.classList.contains("open")) }, "Filters");
  panel.before(opener);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.classList.contains("open")) return;
    unfold(false);
    opener.focus();
  });
  function unfold(yes) {
    panel.classList.toggle("open", yes);
    opener.setAttribute("aria-expanded", String(yes));
  }

  function reset() {
    for (const key of Object.keys(wanted)) wanted[key] = null;
    choose(-1);
    applyFilters();
    flyTo(wholeView());
  }

  // ── the address tells what is shown ─────────────────────────────────────────

  let reading = false;
  function remember() {
    if (reading) return;
    const said = new URLSearchParams();
    for (const [key, value] of Object.entries(wanted)) if (value !== null) said.set(key, value);
    if (chosen >= 0) said.set("m", sky.ids[chosen]);
    const text = said.toString().replaceAll("%2F", "/");
    const now = `#${text}`;
    if (location.hash !== now && (text || location.hash)) history.replaceState(null, "", now);
  }

  const KEYS = [...Object.keys(wanted), "m"];
  function recall() {
    const text = location.hash.slice(1);
    if (text && !text.includes("=")) return;  // a place in the page
    reading = true;
    const said = new URLSearchParams(text);
    const at = said.has("m") ? sky.ids.indexOf(said.get("m")) : -1;
    for (const key of Object.keys(wanted)) wanted[key] = said.get(key);
    choose(at, { fly: true });
    gone = said.has("m") && at < 0 ? [`There is no module ${plainly(said.get("m"))} any more`] : [];
    for (const key of new Set(said.keys())) if (!KEYS.includes(key)) gone.push(`There is no filter ${plainly(key)}`);
    applyFilters();
    reading = false;
  }

  // ── colours ─────────────────────────────────────────────────────────────────

  let colours;
  let sprites;
  function readColours() {
    const style = getComputedStyle(root);
    const read = (key) => style.getPropertyValue(key).trim();
    colours = {
      dark: read("color-scheme") === "dark", ground: read("--ground"), text: read("--text"), quiet: read("--quiet"), panel: read("--panel"), line: read("--line"),
      stars: sky.stars.map((_, star) => read(`--s${star}`) || `hsl(${(star * 137) % 360} 60% ${read("color-scheme") === "dark" ? 70 : 38}%)`),
    };
    sprites = colours.stars.map((colour) => {
      const size = 96;
      const drawn = document.createElement("canvas");
      drawn.width = drawn.height = size;
      const brush = drawn.getContext("2d");
      const glow = brush.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
      if (colours.dark) {
        const core = lighter(colour, 0.62);
        glow.addColorStop(0, core); glow.addColorStop(0.12, core); glow.addColorStop(0.2, colour);
        glow.addColorStop(0.3, faded(colour, 0.42)); glow.addColorStop(0.6, faded(colour, 0.1)); glow.addColorStop(1, faded(colour, 0));
      } else {
        glow.addColorStop(0, colour); glow.addColorStop(0.28, colour); glow.addColorStop(0.32, faded(colour, 0.22));
        glow.addColorStop(0.6, faded(colour, 0.07)); glow.addColorStop(1, faded(colour, 0));
      }
      brush.fillStyle = glow;
      brush.fillRect(0, 0, size, size);
      return drawn;
    });
  }

  function faded(colour, alpha) {
    if (colour.startsWith("#")) return `${colour}${Math.round(alpha * 255).toString(16).padStart(2, "0")}`;
    return colour.replace(")", ` / ${alpha})`);
  }

  function lighter(colour, part) {
    if (!colour.startsWith("#")) return "#fff";
    const parts = [1, 3, 5].map((from) => parseInt(colour.slice(from, from + 2), 16));
    return `rgb(${parts.map((value) => Math.round(value + (255 - value) * part)).join(" ")})`;
  }

  // ── drawing ─────────────────────────────────────────────────────────────────

  let hovered = -1;
  let chosen = -1;
  let pending = 0;
  function redraw() { pending ||= requestAnimationFrame(paint); }

  const radius = (at, scale) => Math.max(0.75, weight[at] * scale);
  const few = count < 300 ? 1.25 : 1;
  const scaleNow = () => 0.55 * few * view.k ** 0.62;

  function paint() {
    cancelAnimationFrame(pending);
    pending = 0;
    if (!width) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.globalCompositeOperation = "source-over";
    pen.globalAlpha = 1;
    pen.fillStyle = colours.ground;
    pen.fillRect(0, 0, width, height);
    drawRegions();
    const focus = hovered >= 0 && !paper ? hovered : chosen;
    const near = focus >= 0 ? new Set([focus, ...sky.uses[focus], ...users[focus]]) : null;
    drawFigures(near);
    drawModules(near);
    if (focus >= 0) drawEdges(focus);
    drawLabels(focus, near);
    if (!painted) { painted = true; performance.mark("constellation-painted"); root.dataset.painted = "yes"; }
  }
  let painted = false;

  function drawRegions() {
    regions.forEach((region, star) => {
      if (!region.n) return;
      const [x, y, rx, ry] = [onScreenX(region.x), onScreenY(region.y), region.rx * view.k * 1.28, region.ry * view.k * 1.28];
      if (x + rx < 0 || x - rx > width || y + ry < 0 || y - ry > height) return;
      pen.save();
      pen.translate(x, y);
      pen.scale(1, ry / rx);
      const cloud = pen.createRadialGradient(0, 0, 0, 0, 0, rx);
      const depth = colours.dark ? 0.17 : 0.13;
      const shown = wanted.star === null || wanted.star === region.id ? depth : depth / 4;
      cloud.addColorStop(0, faded(colours.stars[star], shown)); cloud.addColorStop(0.55, faded(colours.stars[star], shown * 0.5));
      cloud.addColorStop(1, faded(colours.stars[star], 0));
      pen.fillStyle = cloud;
      pen.fillRect(-rx, -rx, 2 * rx, 2 * rx);
      pen.restore();
    });
  }

  // Where there are many, only short lines are drawn, and the fainter the more of them there are.
  function drawFigures(near) {
    if (count > 6000 && view.k < 5) return;
    const longest = count < 300 ? Infinity : 190;
    const drawn = colours.stars.map(() => []);
    let many = 0;
    for (let at = 0; at < count; at += 1) {
      const other = figure[at];
      if (other < 0 || !lit[at] || !lit[other]) continue;
      const [x, y, ox, oy] = [onScreenX(X[at]), onScreenY(Y[at]), onScreenX(X[other]), onScreenY(Y[other])];
      if (Math.max(x, ox) < 0 || Math.min(x, ox) > width || Math.max(y, oy) < 0 || Math.min(y, oy) > height) continue;
      if (Math.hypot(x - ox, y - oy) > longest) continue;
      drawn[sky.star[at]].push(x, y, ox, oy);
      many += 1;
    }
    pen.lineWidth = Math.min(1.1, 0.35 + view.k * 0.03);
    pen.globalAlpha = (colours.dark ? 0.34 : 0.4) * (near ? 0.35 : 1) * Math.max(0.3, Math.min(1, 320 / many));
    drawn.forEach((places, star) => {
      pen.strokeStyle = colours.stars[star];
      pen.beginPath();
      for (let at = 0; at < places.length; at += 4) {
        pen.moveTo(places[at], places[at + 1]);
        pen.lineTo(places[at + 2], places[at + 3]);
      }
      pen.stroke();
    });
    pen.globalAlpha = 1;
  }

  function drawModules(near) {
    const scale = scaleNow();
    const additive = colours.dark ? "lighter" : "source-over";
    const small = colours.stars.map(() => []);
    pen.globalCompositeOperation = additive;
    for (const at of byWeight) {
      const x = onScreenX(X[at]);
      const y = onScreenY(Y[at]);
      if (x < -40 || x > width + 40 || y < -40 || y > height + 40) continue;
      const r = radius(at, scale);
      const shade = !lit[at] ? 0.07 : near && !near.has(at) ? 0.22 : 1;
      if (r < 1.5) { if (shade === 1) small[sky.star[at]].push(x, y, r); else dot(at, x, y, r, shade); continue; }
      pen.globalAlpha = shade;
      const size = r * (colours.dark ? 7 : 6.4);
      pen.drawImage(sprites[sky.star[at]], x - size / 2, y - size / 2, size, size);
      if (colours.dark && shade === 1 && r > 6.5) flare(x, y, r, colours.stars[sky.star[at]]);
    }
    pen.globalAlpha = colours.dark ? 0.85 : 0.8;
    small.forEach((places, star) => {
      pen.fillStyle = colours.stars[star];
      pen.beginPath();
      for (let at = 0; at < places.length; at += 3) {
        const [x, y, r] = [places[at], places[at + 1], places[at + 2]];
        if (r < 0.9) pen.rect(x - r, y - r, 2 * r, 2 * r);
        else { pen.moveTo(x + r, y); pen.arc(x, y, r, 0, 2 * Math.PI); }
      }
      pen.fill();
    });
    pen.globalAlpha = 1;
    pen.globalCompositeOperation = "source-over";
  }

  function dot(at, x, y, r, shade) {
    pen.globalAlpha = shade;
    pen.fillStyle = colours.stars[sky.star[at]];
    pen.fillRect(x - r, y - r, 2 * r, 2 * r);
  }

  function flare(x, y, r, colour) {
    const long = r * 4.2;
    for (const [dx, dy] of [[1, 0], [0, 1]]) {
      const beam = pen.createLinearGradient(x - dx * long, y - dy * long, x + dx * long, y + dy * long);
      beam.addColorStop(0, faded(colour, 0)); beam.addColorStop(0.5, faded(colour, 0.75)); beam.addColorStop(1, faded(colour, 0));
      pen.fillStyle = beam;
      pen.fillRect(x - (dx ? long : 0.6), y - (dy ? long : 0.6), dx ? 2 * long : 1.2, dy ? 2 * long : 1.2);
    }
  }

  function drawEdges(focus) {
    const draw = (others, colourOf, dashes) => {
      pen.setLineDash(dashes);
      pen.globalAlpha = others.length > 200 ? 0.22 : 0.75;
      pen.lineWidth = 1.2;
      for (const other of others.slice(0, 3000)) {
        const [x, y, ox, oy] = [onScreenX(X[focus]), onScreenY(Y[focus]), onScreenX(X[other]), onScreenY(Y[other])];
        pen.strokeStyle = colourOf(other);
        pen.beginPath();
        pen.moveTo(x, y);
        pen.quadraticCurveTo((x + ox) / 2 + (oy - y) * 0.12, (y + oy) / 2 - (ox - x) * 0.12, ox, oy);
        pen.stroke();
      }
    };
    draw(users[focus], (other) => colours.stars[sky.star[other]], [3, 4]);
    draw(sky.uses[focus], (other) => colours.stars[sky.star[other]], []);
    pen.setLineDash([]);
    pen.globalAlpha = 1;
    pen.strokeStyle = colours.text;
    pen.lineWidth = 1.4;
    pen.beginPath();
    pen.arc(onScreenX(X[focus]), onScreenY(Y[focus]), radius(focus, scaleNow()) + 4, 0, 2 * Math.PI);
    pen.stroke();
  }

  // ── labels: stars, then clusters, then the brightest modules, as far as there is room ──

  const FACE = 'system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
  let boxes = [];

  function label(text, x, y, { font, colour, alpha = 1, forced = false, frame = false }) {
    pen.font = font;
    const half = pen.measureText(text).width / 2;
    if (frame) x = Math.max(half + 10, Math.min(width - half - 10, x));
    const tall = parseInt(font.match(/(\d+)px/)[1], 10);
    const box = [x - half - 4, y - tall * 0.7 - 2, x + half + 4, y + tall * 0.7 + 2];
    if (box[2] < 0 || box[0] > width || box[3] < 0 || box[1] > height) return false;
    if (!forced && boxes.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
    boxes.push(box);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.globalAlpha = alpha;
    if (frame) {
      pen.fillStyle = colours.panel; pen.strokeStyle = colours.line; pen.lineWidth = 1;
      pen.beginPath(); pen.roundRect(box[0] - 4, box[1] - 2, box[2] - box[0] + 8, box[3] - box[1] + 4, 6); pen.fill(); pen.stroke();
    } else {
      pen.strokeStyle = colours.ground; pen.lineWidth = 3.5; pen.lineJoin = "round"; pen.strokeText(text, x, y);
    }
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
    pen.globalAlpha = 1;
    return true;
  }

  function drawLabels(focus, near) {
    boxes = [];
    const scale = scaleNow();
    for (let rank = count - 1; rank >= Math.max(0, count - 150); rank -= 1) {
      const at = byWeight[rank];
      const [x, y, r] = [onScreenX(X[at]), onScreenY(Y[at]), radius(at, scale)];
      if (r > 3.2 && lit[at]) boxes.push([x - r, y - r, x + r, y + r]);
    }
    regions.forEach((region, star) => {
      if (!region.n) return;
      const top = onScreenY(region.top) - 18;
      const inside = onScreenX(region.x) > 0 && onScreenX(region.x) < width && onScreenY(region.y + region.ry) > 0;
      label(`${region.emoji} ${region.id}`, onScreenX(region.x), inside && view.k > 14 ? Math.max(16, top) : top,
        { font: `650 15px ${FACE}`, colour: colours.stars[star], alpha: near ? 0.5 : 1, forced: true });
    });
    if (near) {
      const words = [starNames(sky, focus), sky.tiers[sky.tier[focus]], sky.owners[sky.owner[focus]]];
      const y = Math.max(16, onScreenY(Y[focus]) - radius(focus, scale) - 20);
      label(`${sky.ids[focus]}   ${words.filter(Boolean).join(" \u00b7 ")}`, onScreenX(X[focus]), y,
        { font: `600 13px ${FACE}`, colour: colours.text, forced: true, frame: true });
      const others = [...near].filter((at) => at !== focus).sort((one, other) => weight[other] - weight[one]);
      for (const at of others.slice(0, 24)) moduleLabel(at, scale, 1);
      return;
    }
    if (view.k > 4.5 && view.k < 60) {
      for (const cluster of clusters.slice(0, 160)) {
        const room = Math.sqrt(cluster.n) * view.k;
        if (room > 70) label(cluster.name, onScreenX(cluster.x), onScreenY(cluster.y), { font: `600 12px ${FACE}`, colour: colours.quiet, alpha: 0.95 });
      }
    }
    let shown = 0;
    for (let rank = count - 1; rank >= 0 && shown < 70; rank -= 1) {
      const at = byWeight[rank];
      if (!lit[at]) continue;
      if (radius(at, scale) < (litCount < 300 ? 2.4 : 5.5) && view.k < 26) break;
      shown += moduleLabel(at, scale, 0.9) ? 1 : 0;
    }
  }

  function moduleLabel(at, scale, alpha) {
    const [x, y] = [onScreenX(X[at]), onScreenY(Y[at])];
    if (x < 0 || x > width || y < 0 || y > height) return false;
    const id = sky.ids[at];
    const text = view.k > 40 || id.length < 26 ? id : `\u2026${id.slice(id.lastIndexOf("/", id.lastIndexOf("/") - 1) + 1)}`;
    const away = radius(at, scale) + 11;
    const look = { font: `12px ${FACE}`, colour: colours.text, alpha };
    return label(text, x, y + away, look) || label(text, x, y - away, look);
  }

  // ── choosing ────────────────────────────────────────────────────────────────

  function under(x, y) {
    const [cx, cy] = [inSkyX(x), inSkyY(y)];
    const scale = scaleNow();
    const reach = 14 / view.k;
    let [best, least] = [-1, 14];
    for (let column = Math.floor((cx - reach) / CELL); column <= Math.floor((cx + reach) / CELL); column += 1) {
      for (let row = Math.floor((cy - reach) / CELL); row <= Math.floor((cy + reach) / CELL); row += 1) {
        for (const at of grid.get(column * 65536 + row) ?? []) {
          if (!lit[at]) continue;
          const far = Math.hypot(onScreenX(X[at]) - x, onScreenY(Y[at]) - y) - radius(at, scale);
          if (far < least) [best, least] = [at, far];
        }
      }
    }
    return best;
  }

  function choose(at, { fly = false } = {}) {
    chosen = at;
    if (!reading) gone = [];
    showDetail();
    remember();
    say();
    if (at >= 0 && fly) {
      flyTo(view.k > NEAREST ? centred(X[at], Y[at], view.k) : closeUp(at));
    } else if (at >= 0 && isCovered(onScreenX(X[at]), onScreenY(Y[at]))) flyTo(centred(X[at], Y[at], view.k));
    redraw();
  }

  function showDetail() {
    detail.hidden = chosen < 0;
    if (chosen < 0) return;
    const at = chosen;
    const rows = [
      [starsOf(sky, at).length > 1 ? "stars" : "star", starNames(sky, at)],
      ["confidence", sky.confidence[at] ? (sky.confidence[at] / 1000).toFixed(3).replace(/0$/, "") : null], ["tier", sky.tiers[sky.tier[at]]],
      ["owner", sky.owners[sky.owner[at]]], ["change", sky.change[at] ? sky.changes[sky.change[at]] : null],
      ["findings", named.filter(([, , modules]) => modules.has(at)).map(([gate]) => gate).join(", ") || null],
    ].filter(([, value]) => value !== null);
    const list = (title, others) => {
      const shown = [...others].sort((one, other) => users[other].length - users[one].length || one - other).slice(0, 12);
      const items = shown.map((other) => make("li", {}, make("button", { type: "button", onclick: () => choose(other, { fly: true }) }, sky.ids[other])));
      if (others.length > shown.length) items.push(make("li", { class: "quiet" }, `and ${number(others.length - shown.length)} more`));
      return others.length ? [make("h3", {}, `${title} ${number(others.length)}`), make("ul", {}, ...items)] : [];
    };
    detail.replaceChildren(
      make("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => choose(-1) }, "\u2715"),
      make("h2", {}, sky.ids[at]),
      make("dl", {}, ...rows.flatMap(([key, value]) => [make("dt", {}, key), make("dd", {}, value)])),
      make("p", {}, make("a", { href: pageOf(sky, at) }, "Open its page")),
      ...list("Depends on", sky.uses[at]), ...list("Used by", users[at]),
    );
  }

  document.addEventListener("module-chosen", (event) => { event.preventDefault(); choose(event.detail, { fly: true }); canvas.focus(); });

  // ── hands ───────────────────────────────────────────────────────────────────

  const fingers = new Map();
  let moved = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
    moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) {
      const at = under(event.offsetX, event.offsetY);
      if (at !== hovered) { hovered = at; canvas.classList.toggle("near", at >= 0); redraw(); }
      return;
    }
    const now = [event.offsetX, event.offsetY];
    if (fingers.size === 1) {
      moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
      untouched = false;
      view.x -= (now[0] - before[0]) / view.k; view.y -= (now[1] - before[1]) / view.k;
      redraw();
    } else {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const spread = (point) => Math.max(1, Math.hypot(point[0] - other[0], point[1] - other[1]));
      moved += 10;
      zoom(spread(now) / spread(before), other);
    }
    fingers.set(event.pointerId, now);
  });
  const lift = (event) => {
    if (fingers.delete(event.pointerId) && event.type === "pointerup" && moved < 5) choose(under(event.offsetX, event.offsetY));
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => { if (hovered >= 0) { hovered = -1; redraw(); } });
  canvas.addEventListener("dblclick", (event) => { if (under(event.offsetX, event.offsetY) < 0) zoom(2, [event.offsetX, event.offsetY]); });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), [event.offsetX, event.offsetY]);
  }, { passive: false });

  canvas.addEventListener("keydown", (event) => {
    const step = 60 / view.k;
    const acts = {
      ArrowLeft: () => { view.x -= step; }, ArrowRight: () => { view.x += step; },
      ArrowUp: () => { view.y -= step; }, ArrowDown: () => { view.y += step; },
      "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: () => flyTo(wholeView()),
      Enter: () => { if (chosen >= 0) location.href = pageOf(sky, chosen); else choose(under(...middleOf(uncovered()))); },
      Escape: () => choose(-1),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    untouched = false;
    acts[event.key]();
    redraw();
  });

  // ── begin ───────────────────────────────────────────────────────────────────

  const recolour = () => { readColours(); if (turn()) resize(); else paint(); };
  document.addEventListener("theme-changed", recolour);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  addEventListener("hashchange", recall);
  say();  // first: the room for the picture ends above these words
  readColours();
  new ResizeObserver(resize).observe(canvas);
  resize();
  recolour();
  recall();
})();
