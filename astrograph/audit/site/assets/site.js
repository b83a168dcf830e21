// Every page: the theme a reader chose, and a search over all modules. Text enters the page as text, never as HTML.
"use strict";
(() => {
  const root = document.documentElement;
  const THEME = "astrograph-theme";
  const kept = {
    get() { try { return localStorage.getItem(THEME); } catch { return null; } },
    set(value) { try { localStorage.setItem(THEME, value); } catch { /* a browser may forbid it for files */ } },
  };
  const asked = kept.get();
  if (asked === "dark" || asked === "light") root.dataset.theme = asked;

  // Paper is light whatever the theme. An attribute says so before the medium changes: a picture is drawn by then.
  const paper = matchMedia("print");
  function turnToPaper(yes) {
    if (root.hasAttribute("data-print") === yes) return;
    root.toggleAttribute("data-print", yes);
    document.dispatchEvent(new Event("theme-changed"));
  }
  turnToPaper(paper.matches);
  paper.addEventListener("change", () => turnToPaper(paper.matches));
  addEventListener("beforeprint", () => turnToPaper(true));
  addEventListener("afterprint", () => turnToPaper(paper.matches));

  const isDark = () => (root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

  function make(name, properties = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  }

  // The data of all modules, loaded when first asked for. A file may not fetch, but it may load a script.
  let loading = null;
  function data(up) {
    if (window.ASTROGRAPH_SKY) return Promise.resolve(window.ASTROGRAPH_SKY);
    loading ??= new Promise((done, failed) => {
      document.head.append(make("script", {
        src: `${up}data/sky.js`, onload: () => done(window.ASTROGRAPH_SKY), onerror: failed,
      }));
    });
    return loading;
  }

  const pageOf = (sky, at) => sky.pages[at] ?? `modules/${sky.ids[at]}.html`;

  // All stars of a module by position: the one it is drawn in, then the others.
  const starsOf = (sky, at) => (sky.also[at] ? [sky.star[at], ...sky.also[at]] : [sky.star[at]]);
  const starNames = (sky, at) => starsOf(sky, at).map((star) => sky.stars[star][0]).join(", ");

  // Modules that a text finds: all its words are in the id. The last segment counts more, then short ids.
  function find(sky, text, most = 40) {
    const words = text.toLowerCase().split(/[\s./]+/).filter(Boolean);
    if (!words.length) return [];
    const whole = words.join("/");
    const found = [];
    for (let at = 0; at < sky.ids.length; at += 1) {
      const id = sky.ids[at].toLowerCase();
      if (!words.every((word) => id.includes(word))) continue;
      const last = id.slice(id.lastIndexOf("/") + 1);
      let rank = id.length;
      if (id === whole) rank -= 4000;
      else if (id.endsWith(`/${whole}`) || last === words.at(-1)) rank -= 2000;
      else if (last.startsWith(words.at(-1))) rank -= 1000;
      found.push([rank, at]);
    }
    found.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    return found.slice(0, most).map(([, at]) => at);
  }

  function searchBox(place) {
    const up = place.dataset.up;
    const list = make("ol", { id: "found", role: "listbox", hidden: true, "aria-label": "Modules found" });
    const input = make("input", {
      type: "search", placeholder: "Find a module  /", "aria-label": "Find a module", autocomplete: "off", spellcheck: "false",
      role: "combobox", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list",
    });
    let chosen = -1;
    let shown = [];
    const open = (at) => {
      const taken = document.dispatchEvent(new CustomEvent("module-chosen", { detail: at, cancelable: true }));
      if (taken) location.href = up + pageOf(window.ASTROGRAPH_SKY, at);
      else { input.blur(); close(); }
    };
    const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };
    const mark = (index) => {
      chosen = index;
      [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === chosen));
      const item = list.children[chosen];
      if (item) { item.scrollIntoView({ block: "nearest" }); input.setAttribute("aria-activedescendant", item.id); }
      else input.removeAttribute("aria-activedescendant");
    };
    const search = async () => {
      const sky = await data(up);
      shown = find(sky, input.value);
      list.replaceChildren(...shown.map((at, index) => make("li", {
        role: "option", id: `found-${index}`, onmousedown: (event) => { event.preventDefault(); open(at); },
      }, sky.ids[at], make("small", {}, starNames(sky, at)))));
      const asked = input.value.trim() !== "";
      if (asked && !shown.length) list.append(make("li", { class: "quiet" }, "no module has these words in its id"));
      list.hidden = !asked;
      input.setAttribute("aria-expanded", String(asked));
      mark(shown.length ? 0 : -1);
    };
    input.addEventListener("input", search);
    input.addEventListener("focus", () => { data(up); if (input.value) search(); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (shown.length) mark((chosen + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length);
      } else if (event.key === "Enter" && shown[chosen] !== undefined) open(shown[chosen]);
      else if (event.key === "Enter") search().then(() => { if (shown[chosen] !== undefined) open(shown[chosen]); });
      else if (event.key === "Escape") { input.value = ""; shown = []; close(); input.blur(); }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")) {
        event.preventDefault();
        input.focus();
      }
    });
    place.append(input, list);
  }

  function themeButton(place) {
    const button = make("button", { type: "button" });
    const say = () => { button.textContent = isDark() ? "☀ Light" : "☾ Dark"; };
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      kept.set(root.dataset.theme);
      say();
      document.dispatchEvent(new Event("theme-changed"));
    });
    say();
    place.append(button);
  }

  window.ASTROGRAPH = { make, data, find, pageOf, starsOf, starNames };
  // A table that fits its box is no stop for the Tab key; one that does not can be scrolled by keys.
  function watchTables() {
    const boxes = [...document.querySelectorAll(".scroll")];
    const look = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth) target.tabIndex = 0; else target.removeAttribute("tabindex");
      }
    });
    for (const box of boxes) look.observe(box);
  }

  document.addEventListener("DOMContentLoaded", () => {
    watchTables();
    const search = document.getElementById("search");
    const tools = document.getElementById("tools");
    if (search) searchBox(search);
    if (tools) themeButton(tools);
    const opened = location.hash && document.getElementById(location.hash.slice(1));
    if (opened instanceof HTMLDetailsElement) opened.open = true;
    addEventListener("hashchange", () => {
      const target = document.getElementById(location.hash.slice(1));
      if (target instanceof HTMLDetailsElement) target.open = true;
    });
  });
})();
