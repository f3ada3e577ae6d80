/** Plotly, as this page uses it: in the page's colours, without anything that its policy refuses. */

const LIBRARY = "/insights/plotly.js";
const SETTINGS = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false };

let library = null;

/** Load the library, once. */
export function load() {
  library ??= new Promise((loaded, failed) => {
    // It brings a style sheet for maps and puts that into the page. No chart here is a map, and the page's policy
    // refuses styles from scripts: what it makes while it loads is no style sheet, then.
    const make = document.createElement;
    document.createElement = (name, ...rest) => make.call(document, name === "style" ? "template" : name, ...rest);
    const script = make.call(document, "script");
    const settle = (then) => () => {
      document.createElement = make;
      then(window.Plotly);
    };
    script.onload = settle(loaded);
    script.onerror = settle(() => failed(new Error("The library that draws the charts could not be loaded.")));
    script.src = LIBRARY;
    document.head.append(script);
  });
  return library;
}

/** Draw these traces; a colour in them is the name of one of the page's own. */
export async function drawn(place, traces, layout = {}) {
  const plotly = await load();
  const ink = colour("--color-ink-soft");
  const line = colour("--color-line");
  const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, tickcolor: line, automargin: true, fixedrange: true };
  const whole = {
    margin: { l: 8, r: 12, t: 8, b: 8 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: ink },
    hoverlabel: { bgcolor: colour("--color-raised"), bordercolor: colour("--color-line-strong"), font: { color: colour("--color-ink") } },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal", font: { color: ink } },
    hovermode: "x unified",
    dragmode: false,
    bargap: 0.25,
    ...layout,
    xaxis: { ...axis, showgrid: false, ...layout.xaxis },
    yaxis: { ...axis, rangemode: "tozero", ...layout.yaxis },
  };
  await plotly.react(place, traces.map(coloured), whole, SETTINGS);
}

/** Forget a drawing and what it listens to. */
export function erase(place) {
  if (place.classList.contains("js-plotly-plot")) window.Plotly?.purge(place);
}

function coloured(trace) {
  const value = colour(trace.colour);
  const { colour: _, ...rest } = trace;
  return rest.type === "scatter" ? { ...rest, line: { width: 2.5, ...rest.line, color: value } } : { ...rest, marker: { color: value, ...rest.marker } };
}

let probe = null;

/** What a custom property of the page comes to, in the theme of now. */
function colour(name) {
  probe ??= document.body.appendChild(Object.assign(document.createElement("i"), { hidden: true }));
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}
