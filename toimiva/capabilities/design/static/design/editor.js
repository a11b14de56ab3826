// The decision model of a draft in dmn-js. Saving sends the file as the draft's own form does; faults are shown as told.
const holder = document.getElementById("editor");
const told = document.getElementById("told");
const save = document.getElementById("save");
const drawing = document.getElementById("drawing");
const modeler = new DmnJS({ container: holder, drd: {}, decisionTable: {} });

// dmn-js reads DMN 1.3; drawings and decision tables are the same in 1.4 and 1.5. So a newer model is opened under the
// older namespace and saved under its own.
const SPOKEN = "https://www.omg.org/spec/DMN/20191111/";
const NEWER = /https:\/\/www\.omg\.org\/spec\/DMN\/(20211108|20230324)\//g;
let own = SPOKEN;

function tell(kind, nodes) {
  told.className = `notice ${kind}`;
  told.replaceChildren(...nodes);
}

async function open() {
  const answer = await fetch(holder.dataset.model);
  const text = await answer.text();
  own = text.match(NEWER)?.[0] ?? SPOKEN;
  await modeler.importXML(text.replaceAll(NEWER, SPOKEN));
  modeler.getActiveViewer().get("canvas").zoom("fit-viewport", "auto");
  save.disabled = drawing.disabled = false;
}

async function put() {
  save.disabled = true;
  try {
    const { xml } = await modeler.saveXML({ format: true });
    const form = new FormData(document.getElementById("sent"));
    form.set("action", "model");
    form.set("model", new Blob([xml.replaceAll(SPOKEN, own)], { type: "text/xml" }), "decision.dmn");
    const answer = await fetch(holder.dataset.save, { method: "POST", body: form });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok) tell("done", [holder.ownerDocument.createTextNode(told.dataset.saved)]);
    else tell("sorry", [...(page.querySelector("[role=alert]") ?? page.querySelector("main")).childNodes]);
  } catch {
    tell("sorry", [document.createTextNode(told.dataset.failed)]);
  } finally {
    save.disabled = false;
  }
}

save.addEventListener("click", put);
drawing.addEventListener("click", () => modeler.open(modeler.getViews().find((view) => view.type === "drd")));
// Its table has a column of rule numbers without a heading: screen readers are told what it is.
new MutationObserver(() => {
  const heading = holder.querySelector("th.index-column:empty");
  if (heading) heading.append("#");
}).observe(holder, { childList: true, subtree: true });
await open();
