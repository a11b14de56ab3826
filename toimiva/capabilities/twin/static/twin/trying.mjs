// A change that is tried out: what is asked of the server, from the fields of the form, and its answer as a shape.
const number = (id) => Number(document.getElementById(id).value);
const kind = () => document.getElementById("twin-kind").value;
const COLOURS = { building: "#3b6fd4", trees: "#5c9a4a", panels: "#1c2e5c" };

// metres east and north of a place, turned as the form says, in degrees
function offsets(Cesium, place, metres) {
  const turn = Cesium.Math.toRadians(number("twin-turn"));
  // metres of a degree on WGS 84 at this latitude
  const phi = place.latitude;
  const east = 111412.84 * Math.cos(phi) - 93.5 * Math.cos(3 * phi) + 0.118 * Math.cos(5 * phi);
  const north = 111132.954 - 559.822 * Math.cos(2 * phi) + 1.175 * Math.cos(4 * phi);
  return metres.map(([x, y]) => [
    Cesium.Math.toDegrees(place.longitude) + (x * Math.cos(turn) + y * Math.sin(turn)) / east,
    Cesium.Math.toDegrees(place.latitude) + (y * Math.cos(turn) - x * Math.sin(turn)) / north,
  ]);
}

const THINGS = {
  building(Cesium, place) {
    const [wide, deep] = [number("twin-wide") / 2, number("twin-deep") / 2];
    return { outline: offsets(Cesium, place, [[-wide, -deep], [wide, -deep], [wide, deep], [-wide, deep]]), storeys: number("twin-storeys") };
  },
  trees(Cesium, place) {
    const count = number("twin-trees");
    const row = Array.from({ length: count }, (_, at) => [(at - (count - 1) / 2) * number("twin-between"), 0]);
    return { points: offsets(Cesium, place, row), height: number("twin-tall"), crown: number("twin-crown") };
  },
  panels(Cesium, place, object) {
    const at = [Cesium.Math.toDegrees(place.longitude), Cesium.Math.toDegrees(place.latitude)];
    return { object, at, share: number("twin-part") / 100 };
  },
};

export function thingAt(Cesium, place, object, plan) {
  return { kind: kind(), plan, ...THINGS[kind()](Cesium, place, object) };
}

export function shapeOf(Cesium, faces) {
  const color = Cesium.ColorGeometryInstanceAttribute.fromColor(Cesium.Color.fromCssColorString(COLOURS[kind()]));
  const instances = faces.map((face) => new Cesium.GeometryInstance({
    attributes: { color },
    geometry: Cesium.CoplanarPolygonGeometry.fromPositions({
      positions: Cesium.Cartesian3.fromDegreesArrayHeights(face.flat()), vertexFormat: Cesium.PerInstanceColorAppearance.VERTEX_FORMAT,
    }),
  }));
  return new Cesium.Primitive({
    geometryInstances: instances, asynchronous: false, shadows: Cesium.ShadowMode.ENABLED,
    appearance: new Cesium.PerInstanceColorAppearance({ closed: false, translucent: false }),
  });
}

export function listenToKind() {
  const chosen = document.getElementById("twin-kind");
  chosen?.addEventListener("change", () => {
    for (const fields of document.querySelectorAll("[data-kinds]")) fields.hidden = !fields.dataset.kinds.split(" ").includes(chosen.value);
  });
}
