// What the twin's viewer uses of CesiumJS; scripts/setup.sh bundles it, so that a page fetches one file and no more.
export {
  Cartesian2, Cartesian3, Cartographic, Cesium3DTileset, Cesium3DTileStyle, CesiumWidget, Color, ColorGeometryInstanceAttribute,
  CoplanarPolygonGeometry,
  GeometryInstance, JulianDate, LabelCollection, Material, Math, PerInstanceColorAppearance, PointPrimitiveCollection,
  PolylineCollection, Primitive, PrimitiveCollection, Rectangle, RectangleGeometry, ScreenSpaceEventHandler,
  ScreenSpaceEventType, ShadowMode, SplitDirection, SunLight, VerticalOrigin,
} from "@cesium/engine";
