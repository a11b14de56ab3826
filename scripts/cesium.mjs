// What the twin's viewer uses of CesiumJS; scripts/setup.sh bundles it, so that a page fetches one file and no more.
export {
  Cartesian3, Cartographic, Cesium3DTileset, Cesium3DTileStyle, CesiumWidget, Color, JulianDate, LabelCollection, Material,
  Math, PointPrimitiveCollection, PolylineCollection, Rectangle, ScreenSpaceEventHandler, ScreenSpaceEventType,
  SplitDirection, SunLight, VerticalOrigin,
} from "@cesium/engine";
