// The form of a report: the place comes from the map, the phone, an address or typed numbers, and its owner is shown before sending.
"use strict";

(() => {
  const form = document.querySelector("form[data-gm-report]");
  if (!form) return;
  const fields = form.elements;
  const state = form.querySelector("[data-gm-here-state]");
  const metres = (accuracy) => String(Math.round(accuracy));

  const setPlace = (lon, lat, datum, accuracy) => {
    fields.lon.value = lon.toFixed(6);
    fields.lat.value = lat.toFixed(6);
    fields.datum.value = datum;
    fields.accuracy_m.value = accuracy === null ? "" : metres(accuracy);
    askOwner();
    lookAgain();
  };

  let pan = false;
  const askOwner = () => {
    if (!form.dataset.gmOwner || !fields.lon.value || !fields.lat.value) return;
    const asked = new URLSearchParams();
    for (const name of ["lon", "lat", "datum", "accuracy_m"]) if (fields[name].value) asked.set(name, fields[name].value);
    htmx.ajax("GET", `${form.dataset.gmOwner}?${asked}`, { target: "#owner", swap: "innerHTML", source: fields.lon });
  };

  // The answer says where the place is in the map's datum.
  document.addEventListener("htmx:afterSwap", (event) => {
    const found = event.detail.target.querySelector?.("[data-gm-lon]");
    if (event.detail.target.id !== "owner" || !found || !window.gridmap?.map) return;
    const { gmLon, gmLat, gmGridKey } = found.dataset;
    const accuracy = Number(fields.accuracy_m.value) || null;
    gridmap.placeMark(gridmap.map, { lat: Number(gmLat), lon: Number(gmLon), accuracy, grid: gmGridKey ? Number(gmGridKey) : null });
    if (pan || !gridmap.map.getBounds().contains([Number(gmLat), Number(gmLon)])) {
      gridmap.map.setView([Number(gmLat), Number(gmLon)], Math.max(gridmap.map.getZoom(), 16), { animate: false });
    }
    pan = false;
  });

  document.addEventListener("gridmap:place", (event) => setPlace(event.detail.lon, event.detail.lat, "wgs84", null));

  for (const name of ["lon", "lat", "datum", "accuracy_m"]) {
    fields[name].addEventListener("change", () => { pan = true; askOwner(); lookAgain(); });
  }
  fields.occurred_at.addEventListener("change", () => lookAgain());

  form.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-gm-choose-lon]");
    if (chosen) {
      pan = true;
      const accuracy = Number(chosen.dataset.gmChooseAccuracy) || null;
      setPlace(Number(chosen.dataset.gmChooseLon), Number(chosen.dataset.gmChooseLat), "wgs84", accuracy);
      chosen.closest("ul").querySelectorAll("button").forEach((button) => button.classList.toggle("active", button === chosen));
    }
    const here = event.target.closest("[data-gm-here]");
    if (here) askPhone(here);
  });

  const askPhone = (button) => {
    if (!navigator.geolocation) {
      state.textContent = button.dataset.gmFailed;
      return;
    }
    state.textContent = button.dataset.gmAsking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        state.textContent = button.dataset.gmFound.replace("{metres}", metres(coords.accuracy));
        pan = true;
        // Which datum it is in nobody says; what one chose before stays.
        setPlace(coords.longitude, coords.latitude, fields.datum.value, coords.accuracy);
      },
      (error) => { state.textContent = error.code === 1 ? button.dataset.gmRefused : button.dataset.gmFailed; },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  };

  // Photos go ahead of the form: what their EXIF says is shown against the place chosen so far, and again when that changes.
  const photos = form.querySelector("[data-gm-photos]");
  const photoState = form.querySelector("[data-gm-photo-state]");
  const lookAgain = () => {
    if (!photos || !photos.querySelector("[name=photo]")) return;
    htmx.ajax("POST", photos.dataset.gmPhotos, { target: "#photos", swap: "innerHTML", source: fields.client_key });
  };
  photos?.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.type === "file") photoState.textContent = photoState.dataset.gmSending;
  });
  photos?.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.type !== "file") return;
    const { successful, xhr } = event.detail;
    photoState.textContent = successful ? "" : xhr.status === 413 ? photoState.dataset.gmTooLarge : photoState.dataset.gmFailed;
    // They are there now, or must be chosen again: the form itself is not to carry them once more.
    event.target.value = "";
  });

  // What was typed as another kind is meant.
  fields.other.addEventListener("input", () => {
    const other = document.getElementById("kind-other");
    if (other && fields.other.value) other.checked = true;
  });
  form.addEventListener("submit", () => {
    const send = form.querySelector("[type=submit]");
    setTimeout(() => { send.disabled = true; });
  });
  // Back from the next page the browser shows this one as it was left. Its first showing may come after the click: nothing is enabled then.
  addEventListener("pageshow", (event) => { if (event.persisted) form.querySelector("[type=submit]").disabled = false; });
  document.addEventListener("DOMContentLoaded", () => { pan = true; askOwner(); });
})();
