// What sensors measure, as a field between them: colour is the value, and the less is known the fainter it is.
import { cell } from "./telling.mjs";

const words = document.getElementById("twin-words").dataset;
// from low to high, each lighter than the one before (viridis)
const COLOURS = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"];

async function ask(address, name) {
  const answer = await fetch(`${address}?${new URLSearchParams({ name })}`);
  const told = await answer.json();
  if (!answer.ok) throw new Error([told.title, told.detail].filter(Boolean).join(" "));
  return told;
}

function classesOf(cells) {
  const values = cells.map(([, , , , value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = (high - low) / COLOURS.length || 1;
  const at = (value) => Math.min(COLOURS.length - 1, Math.floor((value - low) / step));
  return { at, bounds: COLOURS.map((_, number) => [low + number * step, low + (number + 1) * step]) };
}

function squares(Cesium, told, classes) {
  const instances = told.cells.map(([west, south, east, north, value, , known]) => new Cesium.GeometryInstance({
    geometry: new Cesium.RectangleGeometry({
      rectangle: Cesium.Rectangle.fromDegrees(west, south, east, north), height: told.height,
      vertexFormat: Cesium.PerInstanceColorAppearance.FLAT_VERTEX_FORMAT,
    }),
    attributes: { color: Cesium.ColorGeometryInstanceAttribute.fromColor(Cesium.Color.fromCssColorString(COLOURS[classes.at(value)]).withAlpha(0.15 + 0.6 * known)) },
  }));
  return new Cesium.Primitive({
    geometryInstances: instances, asynchronous: false, appearance: new Cesium.PerInstanceColorAppearance({ flat: true, translucent: true }),
  });
}

function legend(told, classes) {
  const list = document.createElement("ul");
  const [[low, next]] = classes.bounds;
  const digits = Math.max(1, Math.ceil(-Math.log10(next - low || 1)));
  list.append(...classes.bounds.map(([from, to], number) => {
    const count = told.cells.filter(([, , , , value]) => classes.at(value) === number).length;
    const line = cell("li", ` ${from.toFixed(digits)} – ${to.toFixed(digits)} ${told.unit}: ${count} ${words.cells}`);
    const colour = document.createElement("span");
    colour.className = "swatch";
    colour.style.backgroundColor = COLOURS[number];
    line.prepend(colour);
    return line;
  }));
  return list;
}

function chooser(told, change) {
  const label = cell("label", `${words.measured} `);
  const select = document.createElement("select");
  select.append(...Object.entries(told.names).map(([name, words]) => new Option(words, name, false, name === told.name)));
  select.addEventListener("change", () => change(select.value));
  label.append(select);
  return label;
}

export async function fieldOf(Cesium, scene, address) {
  const holder = document.createElement("div");
  const drawn = scene.primitives.add(new Cesium.PrimitiveCollection());

  function show(told) {
    const classes = classesOf(told.cells);
    drawn.removeAll();
    if (told.cells.length) drawn.add(squares(Cesium, told, classes));
    const simulated = told.simulated ? ` (${words.simulated})` : "";
    holder.replaceChildren(chooser(told, async (name) => show(await ask(address, name))), cell("p", told.said + simulated), legend(told, classes));
    scene.requestRender();
  }

  const first = await ask(address, "");
  show(first);
  return { drawn, list: holder, count: Object.keys(first.names).length, simulated: first.simulated };
}
