// An element of a drawing, for marks that are drawn on the map.
"use strict";

window.gridmap = window.gridmap || {};

(() => {
  const SVG = "http://www.w3.org/2000/svg";

  gridmap.svg = (name, attributes, text) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  };
})();
