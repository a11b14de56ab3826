// A drawn map that can be moved about: MapLibre GL over the site's own GeoJSON, fetched only when it is asked for.
// <figure data-map="address" data-library="folder/" data-open="words of the button"> keeps its drawing and its table.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function style(shown) {
  const steps = [0, 1, 2, 3, 4].flatMap((step) => [step, colour(`--k${step}`)]);
  const own = ["case", ["==", ["get", "number"], 0], colour("--city"), colour("--unit")];
  return {
    version: 8,
    sources: { shown: { type: "geojson", data: shown } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("--soft") } },
      { id: "areas", type: "fill", source: "shown", filter: ["has", "step"],
        paint: { "fill-color": ["match", ["get", "step"], ...steps, colour("--k0")] } },
      { id: "edges", type: "line", source: "shown", filter: ["has", "step"], paint: { "line-color": colour("--paper") } },
      { id: "spots", type: "circle", source: "shown", filter: ["==", ["geometry-type"], "Point"],
        paint: { "circle-color": own, "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 3, 15, 10],
                 "circle-stroke-color": colour("--paper"), "circle-stroke-width": 1 } },
    ],
  };
}

async function open(figure) {
  const { Map, NavigationControl, Popup, ScaleControl } = await import(`${figure.dataset.library}maplibre-gl.mjs`);
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${figure.dataset.library}maplibre-gl.css` });
  document.head.append(sheet);
  const shown = await (await fetch(figure.dataset.map)).json();
  const drawing = figure.querySelector("svg.map");
  const holder = Object.assign(document.createElement("div"), { className: "moving-map" });
  drawing.replaceWith(holder);
  const map = new Map({ container: holder, style: style(shown), bounds: shown.bbox, attributionControl: false, fitBoundsOptions: { padding: 20 } });
  map.addControl(new NavigationControl({ showCompass: false }));
  map.addControl(new ScaleControl());
  map.getCanvas().setAttribute("aria-label", drawing.querySelector("title").textContent);
  for (const layer of ["areas", "spots"]) {
    map.on("click", layer, (event) => {
      const words = document.createElement("p");
      words.textContent = event.features[0].properties.words;
      new Popup().setLngLat(event.lngLat).setDOMContent(words).addTo(map);
    });
  }
  map.once("idle", () => { holder.dataset.ready = "yes"; });
  map.getCanvas().focus();
}

for (const figure of document.querySelectorAll("[data-map]")) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button second", textContent: figure.dataset.open });
  button.addEventListener("click", () => { button.remove(); open(figure); });
  figure.append(button);
}
