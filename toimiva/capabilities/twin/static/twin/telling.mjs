// What the page tells in words and tables: an object with its roofs, and facts one beside the other.
const words = document.getElementById("twin-words").dataset;

export function cell(kind, text) {
  const one = document.createElement(kind);
  one.textContent = text;
  return one;
}

export function short(id) {
  return id.length > 14 ? `…${id.slice(-10)}` : id;
}

function rowOf(roof, number) {
  const row = document.createElement("tr");
  const dash = (value, unit = "") => (value === null || value === undefined ? "–" : `${value}${unit}`);
  const name = cell("th", roof.here ? `${number + 1}: ${words.here}` : `${number + 1}`);
  name.scope = "row";
  row.append(name, cell("td", dash(roof.area)), cell("td", dash(roof.slope, "°")),
    cell("td", roof.azimuth === null || roof.slope < 1 ? words.level : `${roof.azimuth}°`),
    cell("td", dash(roof.sun)), cell("td", dash(roof.electricity_mwh)), cell("td", dash(roof.shade, " %")));
  return row;
}

export function show(told) {
  const section = document.getElementById("twin-chosen");
  section.hidden = false;
  section.querySelector("h2").textContent = told.name || `${words.building} ${short(told.id)}`;
  const guessed = told.attributes.height_from === "guess" ? `m (${words.guessed})` : "m";
  const measured = [[words.height, told.height, guessed], [words.volume, told.volume, "m³"], [words.area, told.roof_area, ""]];
  facts(section.querySelector("dl"), measured.filter(([, value]) => value !== null).map(([name, value, unit]) => [name, `${value} ${unit}`.trim()]));
  const holder = document.getElementById("twin-roofs");
  holder.replaceChildren();
  if (told.roofs.length) {
    const table = document.createElement("table");
    table.append(cell("caption", words.roofs));
    const head = table.createTHead().insertRow();
    for (const name of ["#", words.area, words.slope, words.towards, words.sun, words.electricity, words.shade]) {
      const one = cell("th", name);
      one.scope = "col";
      head.append(one);
    }
    table.createTBody().append(...[...told.roofs].sort((a, b) => b.here - a.here).map(rowOf));
    holder.append(table, cell("p", words.assumed));
  }
  if (told.view) {
    const list = document.createElement("dl");
    list.className = "facts";
    const { sky, built, green, water, ground, open, furthest } = told.view;
    const shares = [[words.viewSky, sky], [words.viewBuilt, built], [words.viewGreen, green], [words.viewWater, water], [words.viewGround, ground]];
    facts(list, [...shares.map(([name, share]) => [name, `${share} %`]), [words.viewOpen, open < furthest ? `${open} m` : `≥ ${furthest} m`]]);
    holder.append(cell("h3", words.view), list, cell("p", words.viewAssumed));
  }
  const known = Object.entries(told.attributes).filter(([, value]) => value !== "" && value !== null);
  if (told.noise) {
    const loud = told.noise.loudest === told.noise.quietest ? `${told.noise.loudest}` : `${told.noise.quietest}–${told.noise.loudest}`;
    holder.append(cell("h3", words.noise));
    const list = document.createElement("dl");
    list.className = "facts";
    facts(list, [[words.noiseDen, `${loud} dB`], [words.noiseNight, `${told.noise.night} dB`]]);
    holder.append(list, cell("p", words.noiseAssumed));
  }
  if (told.ways.length) holder.append(tableOfWays(told.ways));
  if (known.length) {
    const more = document.createElement("details");
    const table = document.createElement("table");
    table.createTBody().append(...known.map(([name, value]) => {
      const row = document.createElement("tr");
      const head = cell("th", name);
      head.scope = "row";
      row.append(head, cell("td", value));
      return row;
    }));
    more.append(cell("summary", words.known), table);
    holder.append(more);
  }
  if (told.faults.length) {
    const list = document.createElement("ul");
    list.append(...told.faults.map((fault) => cell("li", `${fault.code}: ${fault.message}`)));
    holder.append(cell("h3", words.faults), list);
  }
}

export function tableOfWays(ways) {
  const table = document.createElement("table");
  table.append(cell("caption", words.ways));
  table.createTBody().append(...ways.map((way) => {
    const row = document.createElement("tr");
    const head = cell("th", way.name ? `${way.kind}: ${way.name}` : way.kind);
    head.scope = "row";
    row.append(head, cell("td", `${way.metres} m`));
    return row;
  }));
  return table;
}

export function facts(list, pairs) {
  list.replaceChildren(...pairs.map(([name, value]) => {
    const pair = document.createElement("div");
    pair.append(cell("dt", name), cell("dd", value));
    return pair;
  }));
}
