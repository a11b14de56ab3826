// Layers over the city: places that live.json tells, a field between sensors, and noise before walls. Each has a list
// that says the same in words.
import { fieldOf } from "./field.mjs";
import { cell } from "./telling.mjs";

const root = document.getElementById("twin");
const words = document.getElementById("twin-words").dataset;
const status = document.getElementById("twin-status");
const form = document.getElementById("twin-layers");
const COLOURS = { sensors: "#0000bf", bikes: "#c2410c", buses: "#6d28d9", rounds: "#00643a" };
const WRITTEN = [0, 100, 500];  // milliseconds after which letters, which are drawn meanwhile, are to be seen
// upper ends of classes in dB, each with a colour that is darker than the one before
const LOUD = [[45, "#c7e9b4"], [50, "#7fcdbb"], [55, "#fecc5c"], [60, "#fd8d3c"], [65, "#f03b20"], [70, "#bd0026"], [Infinity, "#54002c"]];

function places(Cesium, scene, name, told) {
  const labels = scene.primitives.add(new Cesium.LabelCollection());
  const list = document.createElement("ul");
  const background = Cesium.Color.fromCssColorString(COLOURS[name]);
  function tell(newer) {
    const said = newer.map((one) => `${one.words}${one.simulated ? ` (${words.simulated})` : ""}`);
    list.replaceChildren(...said.map((text) => cell("li", text)));
    while (labels.length > newer.length) labels.remove(labels.get(labels.length - 1));
    newer.forEach((one, at) => {
      const label = at < labels.length ? labels.get(at) : labels.add({
        font: "600 15px sans-serif", fillColor: Cesium.Color.WHITE, showBackground: true, backgroundColor: background,
        disableDepthTestDistance: 3000, verticalOrigin: Cesium.VerticalOrigin.BOTTOM,
      });
      label.position = Cesium.Cartesian3.fromDegrees(one.longitude, one.latitude, 40);
      label.text = one.label;
      label.id = { words: said[at] };
    });
    for (const after of WRITTEN) setTimeout(() => scene.requestRender(), after);
  }
  tell(told);
  return { drawn: labels, list, tell, count: told.length, simulated: told.some((one) => one.simulated) };
}

function loudness(Cesium, scene, walls) {
  const dots = scene.primitives.add(new Cesium.PointPrimitiveCollection());
  const counts = LOUD.map(() => 0);
  for (const [longitude, latitude, height, level] of walls) {
    const at = LOUD.findIndex(([end]) => level < end);
    counts[at] += 1;
    dots.add({
      position: Cesium.Cartesian3.fromDegrees(longitude, latitude, height), pixelSize: 7, id: { words: `${level} dB` },
      color: Cesium.Color.fromCssColorString(LOUD[at][1]), outlineWidth: 1, outlineColor: Cesium.Color.BLACK,
    });
  }
  const list = document.createElement("div");
  const classes = document.createElement("ul");
  classes.append(...LOUD.map(([end], at) => {
    const from = at ? LOUD[at - 1][0] : 0;
    const between = end === Infinity ? `${from}– dB` : from ? `${from}–${end} dB` : `${words.below} ${end} dB`;
    const line = cell("li", ` ${between}: ${counts[at]} ${words.walls}`);
    const colour = document.createElement("span");
    colour.className = "swatch";
    colour.style.backgroundColor = LOUD[at][1];
    line.prepend(colour);
    return line;
  }));
  list.append(cell("p", words.noiseAssumed), classes);
  return { drawn: dots, list, count: walls.length, simulated: false };
}

const MOVES_EVERY = 5000;  // milliseconds between two looks at what moves

export function layers(Cesium, widget, boxInView) {
  const made = {};
  let told;

  async function layer(name) {
    if (name === "noise") {
      const answer = await fetch(`${root.dataset.noise}?${boxInView()}`);
      return loudness(Cesium, widget.scene, (await answer.json()).walls);
    }
    if (name === "field") return fieldOf(Cesium, widget.scene, root.dataset.field);
    told ??= fetch(root.dataset.live).then((answer) => answer.json());
    return places(Cesium, widget.scene, name, (await told)[name]);
  }

  async function move() {
    if (!made.buses?.drawn.show || document.hidden) return;
    const answer = await fetch(root.dataset.live);
    if (!answer.ok) return;  // what was seen last stays
    made.buses.tell((await answer.json()).buses);
  }

  async function change({ target: { name, checked } }) {
    if (!made[name]) {
      try {
        made[name] = await layer(name);
      } catch (error) {
        form.elements[name].checked = false;
        status.textContent = error.message;
        return;
      }
      document.getElementById("twin-live-lists").append(made[name].list);
      const { count, simulated } = made[name];
      status.textContent = `${form.elements[name].parentElement.textContent.trim()}: ${count}${simulated ? ` (${words.simulated})` : ""}`;
    }
    made[name].drawn.show = checked;
    made[name].list.hidden = !checked;
    if (name === "noise" && !checked) {  // asked again for what is in view then
      widget.scene.primitives.remove(made.noise.drawn);
      made.noise.list.remove();
      delete made.noise;
    }
    document.getElementById("twin-live").hidden = !Object.values(made).some((one) => !one.list.hidden);
    widget.scene.requestRender();
  }

  for (const name of ["sensors", "bikes", "buses", "rounds", "field", "noise"]) form.elements[name].addEventListener("change", change);
  setInterval(move, MOVES_EVERY);
}
