// The card of a thing: its outline on the map, links that go there, and words instead of a card where there is none.
"use strict";

(() => {
  const MAX_ZOOM = 18;
  const narrow = matchMedia("(max-width: 767.98px)");
  let outline = null;

  const bounds = (words) => {
    const [south, west, north, east] = words.split(",").map(Number);
    return L.latLngBounds([south, west], [north, east]);
  };

  const forget = () => {
    outline?.remove();
    outline = null;
  };

  // Draws what the card is about; the outline of a grid comes with its tiles.
  const draw = (card) => {
    forget();
    if (card?.dataset.gmPointOf) {
      const [lon, lat] = card.dataset.gmPointOf.split(",").map(Number);
      gridmap.mark(gridmap.map, L.latLng(lat, lon));
      return L.latLngBounds([lat, lon], [lat, lon]);
    }
    if (!card?.dataset.gmShape) return null;
    const shape = L.geoJSON(JSON.parse(card.dataset.gmShape), {
      interactive: false, style: { color: "#b4381f", weight: 3, fillColor: "#b4381f", fillOpacity: 0.12 },
    });
    if (card.dataset.gmOutline !== "no") outline = shape.addTo(gridmap.map);
    return shape.getBounds();
  };

  const goTo = (place) => {
    gridmap.map.invalidateSize({ animate: false });
    gridmap.map.fitBounds(place, { maxZoom: MAX_ZOOM, animate: false });
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.id !== "card") return;
    const card = target.querySelector("article");
    const place = draw(card);
    const link = requestConfig?.elt;
    if (link?.matches?.("[data-gm-go], [data-gm-bounds]")) {
      gridmap.unmark(gridmap.map);
      if (place && card?.dataset.gmPointOf) draw(card);
      gridmap.openPanel("right");
      if (place) goTo(place);
    }
    // The page was opened on this thing: on a phone its card has just taken a part of the map.
    if (place && link?.id === "card" && gridmap.map.gridmap.opened) goTo(place);
    target.scrollTop = 0;
    // The link that was followed is gone: the keyboard goes on at the card's title.
    if (document.activeElement === document.body) {
      const title = target.querySelector(".gm-card-title");
      title?.setAttribute("tabindex", "-1");
      title?.focus({ preventScroll: true });
    }
  });

  // A card that is refused says so in words, in the panel.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (![403, 404, 422].includes(xhr.status) || !["card", "homes"].includes(target.id)) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  document.addEventListener("click", (event) => {
    if (!gridmap.map) return;
    const found = event.target.closest("[data-gm-bounds]");
    if (found) {
      event.preventDefault();
      gridmap.map.fitBounds(bounds(found.dataset.gmBounds), { maxZoom: MAX_ZOOM });
      if (narrow.matches) document.querySelector("[data-gm-fold=left]")?.click();
    }
    const point = event.target.closest("[data-gm-point]");
    if (point) {
      event.preventDefault();
      const [lon, lat] = point.dataset.gmPoint.split(",").map(Number);
      gridmap.mark(gridmap.map, L.latLng(lat, lon));
      gridmap.map.setView([lat, lon], Math.max(gridmap.map.getZoom(), MAX_ZOOM));
    }
  });
})();
