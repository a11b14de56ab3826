// The viewer: CesiumJS over the city's own 3D Tiles. Nothing is fetched from elsewhere. What it shows stands in the
// page's table too, and every tool is a control of the page, so that it works by keyboard.
import { layers } from "./layers.mjs";
import { cell, facts, short, show, tableOfWays } from "./telling.mjs";
import { listenToKind, shapeOf, thingAt } from "./trying.mjs";

const settings = JSON.parse(document.getElementById("twin-settings").textContent);
const root = document.getElementById("twin");
const words = document.getElementById("twin-words").dataset;
const status = document.getElementById("twin-status");
const at = (id) => document.getElementById(id);

window.CESIUM_BASE_URL = root.dataset.library;
const Cesium = await import(`${root.dataset.library}index.mjs`);

function widgetIn(holder) {
  const globe = false;
  const widget = new Cesium.CesiumWidget(holder, {
    baseLayer: false, globe, skyBox: false, skyAtmosphere: false, requestRenderMode: true, maximumRenderTimeChange: Infinity,
    scene3DOnly: true, orderIndependentTranslucency: false, msaaSamples: 1, contextOptions: { webgl: { powerPreference: "low-power" } },
  });
  const { scene } = widget;
  scene.backgroundColor = Cesium.Color.fromCssColorString("#b9cfe0");
  scene.highDynamicRange = false;
  scene.sun = scene.moon = undefined;  // as things in the sky; the light stays
  scene.shadowMap.maximumDistance = 2500;
  scene.shadowMap.softShadows = false;
  scene.shadowMap.darkness = 0.45;
  scene.light = new Cesium.SunLight({ intensity: 2.2 });
  const pan = scene.screenSpaceCameraController;
  pan.minimumZoomDistance = 5;
  pan.enableCollisionDetection = false;
  return widget;
}

const seen = {};
const ground = settings.view.ground ?? 0;  // metres above the ellipsoid

function fly(stop, seconds = 0) {
  const place = {
    destination: Cesium.Cartesian3.fromDegrees(stop.longitude, stop.latitude, stop.height),
    orientation: { heading: Cesium.Math.toRadians(stop.heading ?? 0), pitch: Cesium.Math.toRadians(stop.pitch ?? -45), roll: 0 },
  };
  if (seconds && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    seen.widget.camera.flyTo({ ...place, duration: seconds });
  } else {
    seen.widget.camera.setView(place);
  }
  seen.widget.scene.requestRender();
}

function firstView() {
  const shared = new URLSearchParams(location.hash.slice(1));
  const number = (name) => Number(shared.get(name));
  if (shared.has("lon")) {
    fly({ longitude: number("lon"), latitude: number("lat"), height: number("h"), heading: number("d"), pitch: number("p") });
  } else if (settings.view.longitude) {
    // from the south, so that the place stated is in the middle
    fly({ longitude: settings.view.longitude, latitude: settings.view.latitude - settings.view.height / 111000,
          height: ground + settings.view.height, heading: 0, pitch: -42 });
  } else {
    const [west, south, east, north] = settings.box;
    seen.widget.camera.setView({ destination: Cesium.Rectangle.fromDegrees(west, south, east, north) });
  }
}

async function tilesOf(address) {
  const tiles = await Cesium.Cesium3DTileset.fromUrl(address, { maximumScreenSpaceError: 16, preloadWhenHidden: false });
  seen.widget.scene.primitives.add(tiles);
  return tiles;
}

// --- sun -------------------------------------------------------------------------------------------------------
function instantOf(day, minutes) {
  // what the clock on the wall of the city shows, as an instant
  const guess = Date.parse(`${day}T00:00:00Z`) + minutes * 60000;
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: settings.timezone, hourCycle: "h23", year: "numeric", month: "2-digit",
    day: "2-digit", hour: "2-digit", minute: "2-digit" }).formatToParts(new Date(guess));
  const told = Object.fromEntries(parts.map((part) => [part.type, part.value]));
  const wall = Date.UTC(told.year, told.month - 1, told.day, told.hour, told.minute);
  return new Date(guess - (wall - guess));
}

function setTime() {
  const minutes = Number(at("twin-clock").value);
  const shown = `${Math.floor(minutes / 60)}.${String(minutes % 60).padStart(2, "0")}`;
  at("twin-clock-shown").value = shown;
  at("twin-clock").setAttribute("aria-valuetext", shown);
  seen.widget.clock.currentTime = Cesium.JulianDate.fromDate(instantOf(at("twin-day").value || settings.today, minutes));
  seen.widget.scene.requestRender();
}

// --- choosing --------------------------------------------------------------------------------------------------
async function choose(id, place) {
  const asked = new URLSearchParams({ id, plan: root.dataset.plan });  // without an id: what stands at the place
  if (place) {
    asked.set("longitude", Cesium.Math.toDegrees(place.longitude));
    asked.set("latitude", Cesium.Math.toDegrees(place.latitude));
  }
  const answer = await fetch(`${root.dataset.object}?${asked}`);
  if (!answer.ok) return;
  const told = await answer.json();
  if (!told) {
    status.textContent = words.empty;
    return;
  }
  show(told);
  mark(told.id);
  at("chosen-title").focus({ preventScroll: Boolean(place) });
}

function mark(id) {
  for (const tiles of [seen.today, seen.plan]) {
    if (!tiles) continue;
    tiles.style = new Cesium.Cesium3DTileStyle({ color: { conditions: [[`\${id} === ${JSON.stringify(id)}`, "color('#ffd24d')"], ["true", "color('white')"]] } });
  }
  seen.widget.scene.requestRender();
}

function clicked(movement) {
  const { scene } = seen.widget;
  const place = scene.pickPosition(movement.position);
  if (seen.measuring) return measure(place);
  const found = scene.pick(movement.position);
  if (seen.placing) return putAt(place, found?.getProperty?.("id"));
  const id = found?.getProperty?.("id");
  if (id) return choose(id, place && Cesium.Cartographic.fromCartesian(place));
  if (found?.id?.words) status.textContent = found.id.words;
  if (seen.mesh?.show && place && !found?.id) return choose("", Cesium.Cartographic.fromCartesian(place));
  return undefined;
}

// --- measuring -------------------------------------------------------------------------------------------------
function measure(place) {
  if (!place) return;
  seen.points.push(place);
  seen.dots.add({ position: place, pixelSize: 10, color: Cesium.Color.fromCssColorString("#c2410c"), disableDepthTestDistance: Infinity });
  if (seen.points.length === 2) {
    const [from, to] = seen.points;
    status.textContent = `${Cesium.Cartesian3.distance(from, to).toFixed(1)} ${words.metres}`;
    seen.lines.add({ positions: [from, to], width: 3, material: Cesium.Material.fromType("Color", { color: Cesium.Color.fromCssColorString("#c2410c") }) });
    setMeasuring(false);
  }
  seen.widget.scene.requestRender();
}

function setMeasuring(on) {
  seen.measuring = on;
  seen.points = [];
  at("twin-measure").setAttribute("aria-pressed", String(on));
  if (on) {
    seen.dots.removeAll();
    seen.lines.removeAll();
    status.textContent = at("twin-measure").dataset.words;
  }
}

// --- a change tried out -----------------------------------------------------------------------------------------
async function tryOut(name) {
  const body = { ...seen.thing, day: at("twin-day").value, name, add: Boolean(name) && name === root.dataset.plan };
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(root.dataset.try, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
  const told = await answer.json();
  if (!answer.ok) {
    status.textContent = [told.title, told.detail].filter(Boolean).join(" ");
    return undefined;
  }
  const section = at("twin-tried");
  section.hidden = false;
  const darker = seen.thing.kind === "panels" ? [] : [[words.darker, `${told.faces} (${told.day})`]];
  facts(section.querySelector("dl"), [...Object.entries(told.measures).map(([name, value]) => [words[`measure_${name}`], value]), ...darker]);
  at("twin-tried-ways").replaceChildren(...(told.ways.length ? [tableOfWays(told.ways)] : []));
  at("tried-title").focus({ preventScroll: true });
  return told;
}

async function putAt(place, object) {
  if (!place) return;
  seen.thing = thingAt(Cesium, Cesium.Cartographic.fromCartesian(place), object ?? "", root.dataset.plan);
  setPlacing(false);
  const told = await tryOut("");
  if (!told) return;
  if (seen.shape) seen.widget.scene.primitives.remove(seen.shape);
  seen.shape = seen.widget.scene.primitives.add(shapeOf(Cesium, told.shape));
  seen.widget.scene.requestRender();
  at("twin-keep").disabled = false;
  status.textContent = words.tried;
}

async function keepPlan() {
  if (!at("twin-name").reportValidity() || !at("twin-name").value) return at("twin-name").focus();
  const told = await tryOut(at("twin-name").value);
  if (!told) return undefined;
  status.textContent = words.kept;
  location.search = new URLSearchParams({ plan: told.plan }).toString();
  return undefined;
}

function setPlacing(on) {
  seen.placing = on;
  at("twin-place").setAttribute("aria-pressed", String(on));
  if (on) status.textContent = at("twin-place").dataset.words;
}

// --- what is in view -------------------------------------------------------------------------------------------
function boxInView() {
  const { camera } = seen.widget;
  const here = camera.positionCartographic;
  const above = Math.max(here.height - ground, 50);
  const ahead = above / Math.tan(Math.max(-camera.pitch, 0.3));
  const reach = Cesium.Math.toDegrees((above + ahead) / 6371000);
  const latitude = Cesium.Math.toDegrees(here.latitude) + Cesium.Math.toDegrees((ahead / 6371000) * Math.cos(camera.heading));
  const narrow = Math.max(Math.cos(here.latitude), 0.05);
  const longitude = Cesium.Math.toDegrees(here.longitude) + Cesium.Math.toDegrees((ahead / 6371000) * Math.sin(camera.heading)) / narrow;
  return new URLSearchParams({ west: longitude - reach / narrow, east: longitude + reach / narrow, south: latitude - reach, north: latitude + reach, plan: root.dataset.plan });
}

async function listInView() {
  if (!at("twin-table")) return;  // nothing but photographs
  const answer = await fetch(`${root.dataset.objects}?${boxInView()}`);
  if (!answer.ok) return;
  const told = await answer.json();
  at("twin-count").textContent = `${words.count}: ${told.all}`;
  at("twin-table").replaceChildren(...told.objects.map((one) => {
    const row = document.createElement("tr");
    const button = Object.assign(cell("button", one.name || `${words.building} ${short(one.id)}`), { type: "button", className: "link" });
    button.dataset.id = one.id;
    const first = document.createElement("td");
    first.append(button);
    row.append(first, ...[one.height, one.roof, one.sun].map((value) => cell("td", value ?? "–")));
    return row;
  }));
}

function share() {
  const { camera } = seen.widget;
  const here = camera.positionCartographic;
  const degrees = (value, digits) => Cesium.Math.toDegrees(value).toFixed(digits);
  location.hash = new URLSearchParams({
    lon: degrees(here.longitude, 6), lat: degrees(here.latitude, 6), h: here.height.toFixed(1), d: degrees(camera.heading, 1),
    p: degrees(camera.pitch, 1), day: at("twin-day").value, min: at("twin-clock").value,
  }).toString();
  return navigator.clipboard?.writeText(location.href).catch(() => undefined);
}

// --- plans -----------------------------------------------------------------------------------------------------
async function compare() {
  const plan = at("twin-plan").value;
  const line = root.querySelector(".twin-line");
  root.dataset.plan = plan;
  at("twin-say").hidden = !plan;
  at("twin-say").href = at("twin-say").dataset.address.replace("PLAN", encodeURIComponent(plan));
  if (seen.plan) seen.widget.scene.primitives.remove(seen.plan);
  seen.plan = plan ? await tilesOf(root.dataset.plans.replace("PLAN", encodeURIComponent(plan))) : undefined;
  if (seen.today) seen.today.splitDirection = plan ? Cesium.SplitDirection.LEFT : Cesium.SplitDirection.NONE;
  if (seen.plan) seen.plan.splitDirection = Cesium.SplitDirection.RIGHT;
  line.style.display = plan ? "block" : "none";
  split();
}

function split() {
  const share = Number(at("twin-split").value) / 100;
  seen.widget.scene.splitPosition = share;
  root.querySelector(".twin-line").style.left = `${share * 100}%`;
  seen.widget.scene.requestRender();
}

// --- as it was photographed ---------------------------------------------------------------------------------------
async function photographs() {
  const tiles = await tilesOf(root.dataset.mesh);
  tiles.shadows = Cesium.ShadowMode.DISABLED;  // theirs are in the pictures
  return tiles;
}

async function look(mesh) {
  if (mesh) seen.mesh ??= await photographs();
  if (seen.mesh) seen.mesh.show = mesh;
  if (seen.today) seen.today.show = !mesh;
  if (seen.ground) seen.ground.show = !mesh || Boolean(seen.mesh.extras?.ofModels);  // which have no ground of their own
  seen.widget.scene.requestRender();
}

// --- keys ------------------------------------------------------------------------------------------------------
function pressed(event) {
  const { camera } = seen.widget;
  if (event.key === "Enter" && seen.placing) {  // by keyboard: in the middle of the view
    const { clientWidth, clientHeight } = seen.widget.canvas;
    clicked({ position: new Cesium.Cartesian2(clientWidth / 2, clientHeight / 2) });
    return;
  }
  const step = Math.max((camera.positionCartographic.height - ground) / 12, 3);
  const moves = {
    ArrowUp: () => camera.moveForward(step), ArrowDown: () => camera.moveBackward(step), ArrowLeft: () => camera.lookLeft(0.06),
    ArrowRight: () => camera.lookRight(0.06), "+": () => camera.zoomIn(step), "-": () => camera.zoomOut(step),
    PageUp: () => camera.moveUp(step), PageDown: () => camera.moveDown(step),
  };
  if (!moves[event.key]) return;
  event.preventDefault();
  moves[event.key]();
  seen.widget.scene.requestRender();
  clearTimeout(seen.moved);
  seen.moved = setTimeout(listInView, 600);
}

function listen() {
  const { widget } = seen;
  new Cesium.ScreenSpaceEventHandler(widget.canvas).setInputAction(clicked, Cesium.ScreenSpaceEventType.LEFT_CLICK);
  widget.camera.moveEnd.addEventListener(listInView);
  at("twin-view").addEventListener("keydown", pressed);
  for (const id of ["twin-day", "twin-clock"]) at(id).addEventListener("input", setTime);
  at("twin-measure").addEventListener("click", () => setMeasuring(!seen.measuring));
  at("twin-place")?.addEventListener("click", () => setPlacing(!seen.placing));
  at("twin-keep")?.addEventListener("click", keepPlan);
  at("twin-share").addEventListener("click", async () => { await share(); status.textContent = at("twin-share").dataset.words; });
  at("twin-table")?.addEventListener("click", (event) => { if (event.target.dataset.id) choose(event.target.dataset.id); });
  listenToKind();
  layers(Cesium, widget, boxInView);
  at("twin-layers").elements.shadows.addEventListener("change", (event) => {
    widget.scene.shadowMap.enabled = event.target.checked;
    widget.scene.requestRender();
  });
  for (const form of document.querySelectorAll(".twin-tools form")) form.addEventListener("submit", (event) => event.preventDefault());
  at("twin-plan")?.addEventListener("change", compare);
  at("twin-split")?.addEventListener("input", split);
  at("twin-looks")?.addEventListener("change", (event) => look(event.target.value === "mesh"));
  at("twin-walk")?.addEventListener("click", (event) => {
    const number = event.target.dataset.stop;
    if (number === undefined) return;
    for (const button of at("twin-walk").querySelectorAll("button")) {
      const here = button === event.target;
      button.toggleAttribute("aria-current", here);
      button.nextElementSibling.hidden = !here;
    }
    fly(settings.walk[number], 2);
    status.textContent = event.target.nextElementSibling.textContent;
  });
}

async function begin() {
  const shared = new URLSearchParams(location.hash.slice(1));
  seen.widget = widgetIn(at("twin-view"));
  seen.dots = seen.widget.scene.primitives.add(new Cesium.PointPrimitiveCollection());
  seen.lines = seen.widget.scene.primitives.add(new Cesium.PolylineCollection());
  at("twin-day").value = shared.get("day") || `${settings.today.slice(0, 4)}-06-21`;
  at("twin-clock").value = shared.get("min") || "900";
  setTime();
  firstView();
  if (root.dataset.tiles) tilesOf(root.dataset.ground).then((ground) => {
    seen.ground = ground;
    seen.widget.scene.requestRender();
  }).catch(() => undefined);
  const first = await (root.dataset.tiles ? tilesOf(root.dataset.tiles) : photographs());
  seen[root.dataset.tiles ? "today" : "mesh"] = first;
  if (!settings.view.longitude && !root.dataset.tiles) seen.widget.camera.viewBoundingSphere(first.boundingSphere);
  first.initialTilesLoaded.addEventListener(() => {
    status.textContent = words.shown;
    root.dataset.ready = String(Math.round(performance.now()));
    seen.widget.scene.shadowMap.enabled = at("twin-layers").elements.shadows.checked;  // after the first picture: they take as long again
    seen.widget.scene.requestRender();
  });
  listen();
  if (root.dataset.plan) await compare();
  seen.widget.scene.requestRender();
}

begin().catch((error) => {
  status.textContent = words.failed;
  root.dataset.failed = String(error);
});
