// The map of papers: drawn on a canvas, coloured, spanned in time, lassoed and clicked here; Python hears what was chosen.
// Nothing of what strangers wrote becomes HTML: titles and names are set as text or drawn.

const DECODER = new TextDecoder();
const PALETTE = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee7733", "#009988", "#8866cc", "#997755"];
const OTHER = "#9a9a9a";
const STATUS_COLOURS = { inbox: OTHER, queued: "#4477aa", reading: "#ee7733", read: "#228833", skipped: "#cc9999" };
// Viridis without its ends, which are lost on a light or a dark page.
const RAMP = ["#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39"];
const STEPS = 24;
const CELLS = 96;
const MOST = 5000;
const SCALE = 65535;
const views = new WeakMap();

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  let view = views.get(parentElement);
  if (!view) {
    view = new View(parentElement.querySelector(".map"));
    views.set(parentElement, view);
  }
  view.say = setStateValue;
  view.open = (id) => setTriggerValue("open", id);
  view.take(data);
  return () => setTimeout(() => view.root.isConnected || view.close(), 0);
}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

const mix = (a, b, t) => {
  const part = (c, i) => parseInt(c.slice(1 + 2 * i, 3 + 2 * i), 16);
  return "#" + [0, 1, 2].map((i) => Math.round(part(a, i) + (part(b, i) - part(a, i)) * t).toString(16).padStart(2, "0")).join("");
};
const ramp = (t) => {
  const at = Math.min(t, 0.9999) * (RAMP.length - 1);
  return mix(RAMP[Math.floor(at)], RAMP[Math.floor(at) + 1], at % 1);
};

class View {
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(name);
    this.canvas = find("canvas.plane");
    this.stage = find(".stage");
    this.tip = find(".tip");
    this.legend = find(".legend");
    this.note = find(".note");
    this.time = find(".time");
    this.bars = find("canvas.bars");
    this.low = find("input.low");
    this.high = find("input.high");
    this.span = find("output");
    this.play = find("button.play");
    this.count = 0;
    this.version = null;
    this.mode = matchMedia("(pointer: coarse)").matches ? "move" : "lasso";
    this.chosen = new Set();
    this.alone = null;
    this.pointers = new Map();
    this.listen();
    this.resizer = new ResizeObserver(() => this.fit());
    this.resizer.observe(this.stage);
    this.setMode(this.mode);
  }

  close() {
    this.resizer.disconnect();
    clearInterval(this.playing);
  }

  // ------------------------------------------------------------ what Python sends

  async take(data) {
    if (!data) return;
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
    const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    const head = JSON.parse(DECODER.decode(bytes.subarray(4, 4 + length)));
    const statuses = bytes.slice(4 + length, 4 + length + head.count);
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const fresh = head.version !== this.version;
    const raw = fresh ? await inflate(bytes.subarray(4 + length + head.count)) : null;
    if (turn !== this.turn) return; // a later message overtook this one
    this.statuses = statuses;
    this.status_names = head.statuses;
    // what was chosen here is newer than what Python knew when it sent this
    const chosen = this.begun ? [...this.chosen].map((i) => this.ids[i]) : (head.chosen ?? []);
    if (fresh) {
      this.unpack(raw);
      this.version = head.version;
    }
    if (fresh || !this.begun) this.chosen = new Set(chosen.map((id) => this.place.get(id)).filter((i) => i !== undefined));
    if (!this.begun) {
      this.begun = true;
      this.by = head.by;
      if (head.first) this.ask(head.first, head.last);
    }
    this.showTime();
    this.colour();
  }

  unpack(raw) {
    const length = new DataView(raw).getUint32(0, true);
    const facts = JSON.parse(DECODER.decode(new Uint8Array(raw, 4, length)));
    const n = (this.count = facts.count);
    let at = 4 + length;
    const column = (Kind) => {
      const found = new Kind(raw.slice(at, at + n * 2));
      at += n * 2;
      return found;
    };
    const [x, y] = [column(Uint16Array), column(Uint16Array)];
    [this.years, this.concepts, this.lists] = [column(Int16Array), column(Int16Array), column(Int16Array)];
    const text = DECODER.decode(new Uint8Array(raw, at)).split("\n");
    this.titles = text.slice(0, n);
    this.ids = text.slice(n, 2 * n);
    this.place = new Map(this.ids.map((id, i) => [id, i]));
    [this.concept_names, this.list_names, this.clusters] = [facts.concepts, facts.lists, facts.clusters];
    const [left, bottom, right, top] = facts.bounds;
    this.x = Float32Array.from(x, (v) => left + (v / SCALE) * (right - left));
    this.y = Float32Array.from(y, (v) => bottom + (v / SCALE) * (top - bottom));
    this.bounds = facts.bounds;
    this.grid();
    const known = this.years.filter((year) => year > 0).sort();
    const [open, ended] = [this.first === this.years_from, this.last === this.years_to]; // true as well before the first time
    // a few strays of long ago would leave the scale empty: its first step stands for all years up to there
    this.earliest = known[0] ?? 0;
    this.years_from = known[Math.floor(known.length / 50)] ?? 0;
    this.years_to = known[known.length - 1] ?? 0;
    if (open) this.first = this.years_from;
    if (ended) this.last = this.years_to;
    if (this.first > this.last) [this.first, this.last] = [this.years_from, this.years_to];
    if (!this.scale) this.fit(true);
  }

  grid() {
    const [left, bottom, right, top] = this.bounds;
    this.cell = Math.max(right - left, top - bottom, 1e-6) / CELLS;
    const of = (i) => this.cellOf(this.x[i], this.y[i]);
    this.starts = new Uint32Array(CELLS * CELLS + 1);
    for (let i = 0; i < this.count; i++) this.starts[of(i) + 1]++;
    for (let c = 0; c < CELLS * CELLS; c++) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    this.items = new Uint32Array(this.count);
    for (let i = 0; i < this.count; i++) this.items[next[of(i)]++] = i;
  }

  cellOf(x, y) {
    const clamp = (v) => Math.max(0, Math.min(CELLS - 1, v));
    return clamp(Math.floor((y - this.bounds[1]) / this.cell)) * CELLS + clamp(Math.floor((x - this.bounds[0]) / this.cell));
  }

  // ------------------------------------------------------------ colours and the legend

  colour() {
    if (!this.count) return;
    const n = this.count, codes = new Uint8Array(n);
    let shown;
    if (this.by === "year") {
      const known = this.years.filter((year) => year > 0).sort();
      // most papers are of the last few years: the scale begins where one in twenty lies
      const low = known[Math.floor(known.length / 20)] ?? 0, high = known[known.length - 1] ?? 1;
      shown = Array.from({ length: STEPS }, (_, s) => ({ colour: ramp(s / (STEPS - 1)) }));
      shown.push({ colour: OTHER });
      for (let i = 0; i < n; i++) {
        const year = this.years[i];
        codes[i] = year > 0 ? Math.max(0, Math.min(STEPS - 1, Math.round(((year - low) / Math.max(high - low, 1)) * (STEPS - 1)))) : STEPS;
      }
      this.scaleLegend(low, high);
    } else {
      shown = this.named(codes);
      this.nameLegend(shown);
    }
    this.codes = codes;
    this.shown = shown;
    const sizes = new Uint32Array(shown.length + 1);
    for (let i = 0; i < n; i++) sizes[codes[i] + 1]++;
    for (let c = 0; c < shown.length; c++) sizes[c + 1] += sizes[c];
    const next = sizes.slice();
    this.order = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.order[next[codes[i]]++] = i;
    this.begins = sizes;
    for (const button of this.root.querySelectorAll(".by button")) {
      button.setAttribute("aria-checked", String(button.value === this.by));
    }
    this.redraw();
  }

  named(codes) {
    const values = { concept: this.concepts, list: this.lists, status: this.statuses }[this.by];
    const names = { concept: this.concept_names, list: this.list_names, status: this.status_names.map((s) => s[1]) }[this.by];
    const counts = new Array(names.length).fill(0);
    for (let i = 0; i < this.count; i++) if (values[i] >= 0) counts[values[i]]++;
    let most = counts.map((_, v) => v).filter((v) => counts[v]);
    if (this.by !== "status") most = most.sort((a, b) => counts[b] - counts[a] || a - b).slice(0, PALETTE.length);
    const code = new Map(most.map((v, place) => [v, place + 1]));
    let rest = 0;
    for (let i = 0; i < this.count; i++) if (!(codes[i] = code.get(values[i]) ?? 0)) rest++;
    const entry = (v, place) => ({
      name: names[v], count: counts[v],
      colour: this.by === "status" ? STATUS_COLOURS[this.status_names[v][0]] : PALETTE[place],
    });
    const none = { concept: "No concept known yet", list: "On no list" }[this.by] ?? "Other";
    return [{ name: most.length ? "Other" : none, count: rest, colour: OTHER }, ...most.map(entry)];
  }

  nameLegend(shown) {
    const entries = shown.map((one, code) => [one, code]).filter(([one]) => one.count);
    const rows = [...entries.slice(1), entries[0]].filter(Boolean);
    this.legend.replaceChildren(...(entries[0]?.[1] === 0 ? rows : entries).map(([one, code]) => {
      const button = document.createElement("button");
      const dot = document.createElement("i");
      dot.style.background = one.colour;
      const number = document.createElement("small");
      number.textContent = one.count.toLocaleString("en");
      button.append(dot, one.name + " ", number);
      button.setAttribute("aria-pressed", String(this.alone === code));
      button.onclick = () => {
        this.alone = this.alone === code ? null : code;
        for (const other of this.legend.children) other.setAttribute("aria-pressed", String(this.alone !== null && other === button));
        this.redraw();
      };
      return button;
    }));
  }

  scaleLegend(low, high) {
    const text = (t) => Object.assign(document.createElement("small"), { textContent: t });
    if (high <= 1) return this.legend.replaceChildren(text("The year of no paper is known."));
    const bar = document.createElement("span");
    bar.className = "ramp";
    bar.style.background = `linear-gradient(90deg, ${RAMP.join(", ")})`;
    this.legend.replaceChildren(text(`${low} and before`), bar, text(String(high)));
  }

  // ------------------------------------------------------------ drawing

  fit(anew) {
    const box = this.stage.getBoundingClientRect();
    if (!box.width || !this.count) return;
    const ratio = devicePixelRatio || 1;
    [this.width, this.height] = [box.width, box.height];
    [this.canvas.width, this.canvas.height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
    if (anew || !this.scale) this.home();
    else this.redraw();
  }

  home() {
    // strays of a large map may lie outside; of a small one everything is seen
    const aside = Math.floor(this.count / 200);
    const [xs, ys] = [this.x.slice().sort(), this.y.slice().sort()];
    const [left, right, bottom, top] = [xs[aside], xs.at(-1 - aside), ys[aside], ys.at(-1 - aside)];
    this.middle = [(left + right) / 2, (bottom + top) / 2];
    this.whole = this.scale = 0.94 * Math.min(this.width / Math.max(right - left, 1), this.height / Math.max(top - bottom, 1));
    this.redraw();
  }

  redraw() {
    if (this.due || !this.scale) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      this.draw();
    });
  }

  seen(i) {
    const year = this.years[i];
    if (this.alone !== null && this.codes[i] !== this.alone) return false;
    if (year <= 0) return this.wholeSpan();
    return year <= this.last && (year >= this.first || this.first === this.years_from);
  }

  wholeSpan() {
    return this.first === this.years_from && this.last >= this.years_to;
  }

  radius() {
    const base = this.count > 50_000 ? 0.9 : this.count > 5_000 ? 1.5 : this.count > 800 ? 2.6 : 4;
    return Math.min(base * Math.sqrt(Math.max(this.scale / this.whole, 0.6)), 7);
  }

  draw() {
    if (!this.codes || !this.width) return;
    const pen = this.canvas.getContext("2d"), ratio = devicePixelRatio || 1;
    const style = getComputedStyle(this.root);
    const [ink, paper] = [style.getPropertyValue("--st-text-color") || "#222", style.getPropertyValue("--st-background-color") || "#fff"];
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    const r = this.radius(), picked = this.chosen.size > 0;
    for (let code = 0; code < this.shown.length; code++) {
      const faint = (this.by !== "year" && this.by !== "status" && code === 0) || (this.by === "status" && this.shown[code].colour === OTHER);
      pen.globalAlpha = (picked ? 0.22 : 0.8) * (faint && !picked ? 0.55 : 1);
      this.dots(pen, this.order.subarray(this.begins[code], this.begins[code + 1]), this.shown[code].colour, r, ratio, (i) => this.seen(i));
    }
    pen.globalAlpha = 1;
    if (picked) {
      const some = [...this.chosen].filter((i) => this.seen(i)), more = some.length > 60 ? 0 : 1.2;
      this.dots(pen, some, ink, r + 0.6 + more, ratio, () => true);
      for (const i of some) this.dots(pen, [i], this.shown[this.codes[i]].colour, r - 0.2 + more, ratio, () => true);
    }
    this.labels(pen, ink, paper);
    this.canvas.dataset.chosen = String(this.chosen.size);
    this.canvas.dataset.drawn = `${this.by} ${this.first}-${this.last} ${this.count}`;
    if (this.ring) this.drawRing(pen, style.getPropertyValue("--st-primary-color") || ink);
  }

  dots(pen, places, colour, r, ratio, wanted) {
    const stamp = r < 1.4 ? null : this.stamp(colour, r, ratio);
    pen.fillStyle = colour;
    const [mx, my] = this.middle, k = this.scale, w = this.width, h = this.height, side = 2 * r, reach = stamp ? stamp.reach : r;
    for (let at = 0; at < places.length; at++) {
      const i = places[at];
      const sx = (this.x[i] - mx) * k + w / 2, sy = h / 2 - (this.y[i] - my) * k;
      if (sx < -8 || sy < -8 || sx > w + 8 || sy > h + 8 || !wanted(i)) continue;
      if (stamp) pen.drawImage(stamp.image, sx - reach, sy - reach, 2 * reach, 2 * reach);
      else pen.fillRect(sx - r, sy - r, side, side);
    }
  }

  stamp(colour, r, ratio) {
    const key = `${colour} ${r.toFixed(1)} ${ratio}`;
    this.stamps ??= new Map();
    if (!this.stamps.has(key)) {
      if (this.stamps.size > 200) this.stamps.clear();
      const reach = Math.ceil(r) + 1, image = document.createElement("canvas");
      image.width = image.height = 2 * reach * ratio;
      const pen = image.getContext("2d");
      pen.scale(ratio, ratio);
      pen.fillStyle = colour;
      pen.arc(reach, reach, r, 0, 2 * Math.PI);
      pen.fill();
      this.stamps.set(key, { image, reach });
    }
    return this.stamps.get(key);
  }

  labels(pen, ink, paper) {
    const close = this.scale > 2.2 * this.whole, taken = [];
    pen.font = "600 12px " + (getComputedStyle(this.root).getPropertyValue("--st-font") || "sans-serif");
    [pen.textAlign, pen.textBaseline, pen.lineJoin, pen.lineWidth] = ["center", "middle", "round", 4];
    for (const [x, y, name] of this.clusters) {
      if (!name) continue;
      const [sx, sy] = this.toScreen(x, y);
      if (sx < 0 || sy < 8 || sx > this.width || sy > this.height - 8) continue;
      // as many of its words as there is room for
      const words = name.split(", ");
      let text, half, cx;
      const clash = (t) => Math.abs(t[0] - cx) < t[2] + half && Math.abs(t[1] - sy) < 19;
      for (let number = close ? 3 : this.width > 700 ? 2 : 1; number > 0; number--) {
        text = words.slice(0, number).join(", ");
        half = pen.measureText(text).width / 2 + 6;
        cx = Math.max(half, Math.min(this.width - half, sx));
        if (!taken.some(clash)) break;
      }
      if (taken.some(clash)) continue;
      taken.push([cx, sy, half]);
      [pen.strokeStyle, pen.fillStyle] = [paper, ink];
      pen.globalAlpha = 0.85;
      pen.strokeText(text, cx, sy);
      pen.globalAlpha = 1;
      pen.fillText(text, cx, sy);
    }
  }

  drawRing(pen, colour) {
    pen.beginPath();
    for (const [x, y] of this.ring) pen.lineTo(x, y);
    pen.closePath();
    [pen.strokeStyle, pen.fillStyle, pen.lineWidth] = [colour, colour, 1.5];
    pen.globalAlpha = 0.1;
    pen.fill();
    pen.globalAlpha = 1;
    pen.stroke();
  }

  toScreen(x, y) {
    return [(x - this.middle[0]) * this.scale + this.width / 2, this.height / 2 - (y - this.middle[1]) * this.scale];
  }

  toPlane(sx, sy) {
    return [(sx - this.width / 2) / this.scale + this.middle[0], (this.height / 2 - sy) / this.scale + this.middle[1]];
  }

  // ------------------------------------------------------------ hand and keys

  listen() {
    const c = this.canvas, at = (event) => [event.offsetX, event.offsetY];
    c.onpointerdown = (event) => {
      c.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, at(event));
      this.from = { at: at(event), middle: this.middle, moved: false };
      if (this.pointers.size === 2) this.pinch = { apart: this.apart(), scale: this.scale };
      if (this.mode === "lasso" && event.button === 0 && this.pointers.size === 1) this.ring = [at(event)];
      else this.ring = null;
    };
    c.onpointermove = (event) => this.moved(event, at(event));
    c.onpointerup = (event) => this.lifted(event, at(event));
    c.onpointercancel = (event) => {
      this.pointers.delete(event.pointerId);
      this.ring = this.pinch = null;
      this.redraw();
    };
    c.onpointerleave = () => this.hover(null);
    c.ondblclick = (event) => {
      const hit = this.near(...at(event), 8);
      if (hit !== null) this.open(this.ids[hit]);
    };
    c.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY)) / 400), ...at(event));
    }, { passive: false });
    c.onkeydown = (event) => this.key(event);
    for (const button of this.root.querySelectorAll(".by button")) {
      button.onclick = () => {
        this.by = button.value;
        this.alone = null;
        this.colour();
        this.tell();
      };
    }
    for (const button of this.root.querySelectorAll(".tools button")) {
      button.onclick = () => (button.value === "home" ? this.home() : this.setMode(button.value));
    }
    this.low.oninput = () => this.setSpan(Math.min(+this.low.value, this.last), this.last);
    this.high.oninput = () => this.setSpan(this.first, Math.max(+this.high.value, this.first));
    this.low.onchange = this.high.onchange = () => this.tell();
    this.play.onclick = () => this.run();
  }

  setMode(mode) {
    this.mode = mode;
    this.canvas.dataset.mode = mode;
    for (const button of this.root.querySelectorAll(".tools button")) {
      if (button.value !== "home") button.setAttribute("aria-checked", String(button.value === mode));
    }
  }

  apart() {
    const [a, b] = [...this.pointers.values()];
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  }

  moved(event, at) {
    if (!this.pointers.has(event.pointerId)) return this.hover(at);
    this.pointers.set(event.pointerId, at);
    if (this.pointers.size === 2 && this.pinch) {
      this.scale = this.clamp((this.pinch.scale * this.apart()) / this.pinch.apart);
      return this.redraw();
    }
    if (Math.hypot(at[0] - this.from.at[0], at[1] - this.from.at[1]) > 4) this.from.moved = true;
    if (this.ring) {
      for (const one of event.getCoalescedEvents?.() ?? []) this.ring.push([one.offsetX, one.offsetY]);
      this.ring.push(at);
    } else if (this.from.moved) {
      this.middle = [
        this.from.middle[0] - (at[0] - this.from.at[0]) / this.scale,
        this.from.middle[1] + (at[1] - this.from.at[1]) / this.scale,
      ];
    }
    this.redraw();
  }

  lifted(event, at) {
    if (!this.pointers.delete(event.pointerId)) return;
    const ring = this.ring;
    this.ring = this.pinch = null;
    if (!this.from.moved) {
      const hit = this.near(...at, event.pointerType === "touch" ? 18 : 8);
      this.choose(hit === null ? [] : [hit], event.shiftKey);
    } else if (ring) {
      this.choose(this.within(ring), event.shiftKey);
      this.hover(null);
    }
    this.redraw();
  }

  choose(places, more) {
    const wanted = new Set(more ? [...this.chosen, ...places] : places);
    this.note.textContent = "";
    if (wanted.size > MOST) {
      this.note.textContent = `${wanted.size.toLocaleString("en")} papers are within: more than can be chosen at once. Draw a smaller ring.`;
      return;
    }
    if (!wanted.size && !this.chosen.size) return;
    this.chosen = wanted;
    this.say("chosen", [...wanted].sort((a, b) => a - b).map((i) => this.ids[i]));
  }

  within(ring) {
    const line = ring.map(([x, y]) => this.toPlane(x, y));
    const [xs, ys] = [line.map((p) => p[0]), line.map((p) => p[1])];
    const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const found = [];
    for (let i = 0; i < this.count; i++) {
      const x = this.x[i], y = this.y[i];
      if (x < left || x > right || y < bottom || y > top || !this.seen(i)) continue;
      let inside = false;
      for (let a = 0, b = line.length - 1; a < line.length; b = a++) {
        if (ys[a] > y !== ys[b] > y && x < ((xs[b] - xs[a]) * (y - ys[a])) / (ys[b] - ys[a]) + xs[a]) inside = !inside;
      }
      if (inside) found.push(i);
    }
    return found;
  }

  near(sx, sy, reach) {
    if (!this.scale) return null;
    const [x, y] = this.toPlane(sx, sy), far = (reach + this.radius()) / this.scale;
    let best = null, least = far * far;
    const [low, high] = [this.cellOf(x - far, y - far), this.cellOf(x + far, y + far)];
    for (let row = Math.floor(low / CELLS); row <= Math.floor(high / CELLS); row++) {
      for (let cell = row * CELLS + (low % CELLS); cell <= row * CELLS + (high % CELLS); cell++) {
        for (let at = this.starts[cell]; at < this.starts[cell + 1]; at++) {
          const i = this.items[at], apart = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
          if (apart <= least && this.seen(i)) [best, least] = [i, apart];
        }
      }
    }
    return best;
  }

  hover(at) {
    const hit = at && this.codes ? this.near(...at, 6) : null;
    this.tip.hidden = hit === null;
    this.canvas.style.cursor = hit === null ? "" : "pointer";
    if (hit === null) return;
    const about = [
      this.years[hit] > 0 ? String(this.years[hit]) : "", this.status_names[this.statuses[hit]][1],
      this.concepts[hit] >= 0 ? this.concept_names[this.concepts[hit]] : "", this.lists[hit] >= 0 ? this.list_names[this.lists[hit]] : "",
    ];
    this.tip.firstElementChild.textContent = this.titles[hit];
    this.tip.lastElementChild.textContent = about.filter(Boolean).join(" · ");
    const box = this.tip.getBoundingClientRect();
    const left = Math.max(4, Math.min(at[0] + 14, this.width - box.width - 4));
    const top = at[1] + 16 + box.height > this.height ? at[1] - box.height - 10 : at[1] + 16;
    this.tip.style.transform = `translate(${left}px, ${Math.max(4, top)}px)`;
  }

  clamp(scale) {
    return Math.max(this.whole * 0.5, Math.min(this.whole * 60, scale));
  }

  zoom(factor, sx = this.width / 2, sy = this.height / 2) {
    const [x, y] = this.toPlane(sx, sy);
    this.scale = this.clamp(this.scale * factor);
    this.middle = [x - (sx - this.width / 2) / this.scale, y + (sy - this.height / 2) / this.scale];
    this.redraw();
  }

  key(event) {
    const step = 60 / this.scale, [x, y] = this.middle;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (moves[event.key]) this.middle = [x + moves[event.key][0], y + moves[event.key][1]];
    else if (event.key === "+" || event.key === "=") this.zoom(1.4);
    else if (event.key === "-") this.zoom(1 / 1.4);
    else if (event.key === "0") this.home();
    else if (event.key === "Escape") this.choose([], false);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.redraw();
  }

  // ------------------------------------------------------------ time

  showTime() {
    this.time.hidden = this.years_to <= this.years_from;
    if (this.time.hidden) return;
    for (const input of [this.low, this.high]) [input.min, input.max] = [this.years_from, this.years_to];
    this.setSpan(this.first, this.last);
    const counts = new Array(this.years_to - this.years_from + 1).fill(0);
    for (const year of this.years) if (year > 0) counts[Math.max(year - this.years_from, 0)]++;
    const pen = this.bars.getContext("2d"), most = Math.max(...counts), wide = (this.bars.width = 900) / counts.length;
    this.bars.height = 48;
    const step = (this.bars.width - 0.8 * wide) / (counts.length - 1);
    pen.fillStyle = getComputedStyle(this.root).getPropertyValue("--st-text-color") || "#222";
    pen.globalAlpha = 0.28;
    counts.forEach((number, i) => pen.fillRect(i * step, 48 - (46 * number) / most, wide * 0.8, (46 * number) / most));
  }

  /** Years that an address asks for: exactly those, also between the strays, where the scale has no steps. */
  ask(first, last) {
    const to = Math.min(last, this.years_to), from = first <= this.earliest && to >= this.years_from ? this.years_from : first;
    if (from <= to) [this.first, this.last] = [from, to];
  }

  setSpan(first, last) {
    [this.first, this.last] = [first, last];
    [this.low.value, this.high.value] = [first, last];
    const part = (year) => String(Math.max(year - this.years_from, 0) / Math.max(this.years_to - this.years_from, 1));
    this.time.style.setProperty("--from", part(first));
    this.time.style.setProperty("--to", part(last));
    const before = first === this.years_from && this.earliest < first;
    const from = before ? `${first} and before` : String(first);
    this.low.setAttribute("aria-valuetext", from);
    this.span.textContent = first === last ? from : before ? `${from} – ${last}` : `${from}–${last}`;
    this.redraw();
  }

  run() {
    if (this.playing) {
      clearInterval(this.playing);
      this.playing = null;
      this.play.textContent = "▶";
      return this.tell();
    }
    this.play.textContent = "❚❚";
    if (this.last >= this.years_to) this.setSpan(this.first, Math.max(this.first, this.years_from));
    this.playing = setInterval(() => (this.last >= this.years_to ? this.run() : this.setSpan(this.first, this.last + 1)), 450);
  }

  tell() {
    // an address says from which year on: where the scale begins moves as papers come
    const first = this.first === this.years_from ? this.earliest : this.first;
    this.say("view", { by: this.by, first, last: this.last, whole: this.wholeSpan() });
  }
}
