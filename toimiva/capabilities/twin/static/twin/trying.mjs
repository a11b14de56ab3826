// A building that is tried out: its outline on the ground and the block over it, from the fields of its form.
const STOREY = 3.2; // metres, as the server has it
const number = (id) => Number(document.getElementById(id).value);

export function outlineAt(Cesium, place) {
  const [wide, deep, turn] = [number("twin-wide") / 2, number("twin-deep") / 2, Cesium.Math.toRadians(number("twin-turn"))];
  // metres of a degree on WGS 84 at this latitude
  const phi = place.latitude;
  const east = 111412.84 * Math.cos(phi) - 93.5 * Math.cos(3 * phi) + 0.118 * Math.cos(5 * phi);
  const north = 111132.954 - 559.822 * Math.cos(2 * phi) + 1.175 * Math.cos(4 * phi);
  return [[-wide, -deep], [wide, -deep], [wide, deep], [-wide, deep]].map(([x, y]) => [
    Cesium.Math.toDegrees(place.longitude) + (x * Math.cos(turn) + y * Math.sin(turn)) / east,
    Cesium.Math.toDegrees(place.latitude) + (y * Math.cos(turn) - x * Math.sin(turn)) / north,
  ]);
}

export function blockOver(Cesium, outline, ground) {
  const geometry = new Cesium.PolygonGeometry({
    polygonHierarchy: new Cesium.PolygonHierarchy(Cesium.Cartesian3.fromDegreesArray(outline.flat())),
    height: ground, extrudedHeight: ground + number("twin-storeys") * STOREY,
    vertexFormat: Cesium.PerInstanceColorAppearance.VERTEX_FORMAT,
  });
  const color = Cesium.ColorGeometryInstanceAttribute.fromColor(Cesium.Color.fromCssColorString("#3b6fd4"));
  return new Cesium.Primitive({
    geometryInstances: new Cesium.GeometryInstance({ geometry, attributes: { color } }), asynchronous: false,
    appearance: new Cesium.PerInstanceColorAppearance({ closed: true, translucent: false }), shadows: Cesium.ShadowMode.ENABLED,
  });
}
