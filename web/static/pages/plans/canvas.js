// Two canvases over the map that move with it: the units with their colours and lines, and what is written and marked above them.
"use strict";

(() => {
  // A canvas in pixels of the map's layers; ``paint(context, box)`` draws what lies in a box (pixels of zoom 0: west, north, east, south).
  const Canvas = L.Renderer.extend({
    options: { padding: 0.15 },

    initialize(paint, options) {
      this.paint = paint;
      L.Renderer.prototype.initialize.call(this, options);
    },

    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._context = this._container.getContext("2d");
    },

    _destroyContainer() {
      L.DomUtil.remove(this._container);
      delete this._container;
    },

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const dense = Math.min(window.devicePixelRatio || 1, 2);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = dense * size.x;
      this._container.height = dense * size.y;
      this._container.style.width = `${size.x}px`;
      this._container.style.height = `${size.y}px`;
      this.scale = this._map.getZoomScale(this._zoom, 0);
      this.origin = this._map.getPixelOrigin();
      this._context.setTransform(dense, 0, 0, dense, -dense * this._bounds.min.x, -dense * this._bounds.min.y);
      this.fire("update");
    },

    _updatePaths() {
      this.redraw();
    },

    x(x) {
      return x * this.scale - this.origin.x;
    },

    y(y) {
      return y * this.scale - this.origin.y;
    },

    // Draw anew what lies in a box of pixels of zoom 0 and so many pixels around it; without one, everything.
    redraw(box, around = 6) {
      if (!this._map || !this._bounds) return;
      const { min, max } = this._bounds;
      const [left, top, right, bottom] = box
        ? [Math.max(min.x, Math.floor(this.x(box[0]) - around)), Math.max(min.y, Math.floor(this.y(box[1]) - around)),
          Math.min(max.x, Math.ceil(this.x(box[2]) + around)), Math.min(max.y, Math.ceil(this.y(box[3]) + around))]
        : [min.x, min.y, max.x, max.y];
      if (left >= right || top >= bottom) return;
      const context = this._context;
      context.save();
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
      context.clearRect(left, top, right - left, bottom - top);
      const pad = around / this.scale;
      this.paint(context, this, [
        (left + this.origin.x) / this.scale - pad, (top + this.origin.y) / this.scale - pad,
        (right + this.origin.x) / this.scale + pad, (bottom + this.origin.y) / this.scale + pad,
      ]);
      context.restore();
    },
  });

  // A canvas with a pane of its own above the tiles; clicks go through it to the map.
  gridmap.plans.canvas = (map, name, level, paint) => {
    map.createPane(name).classList.add("gm-plan-pane", `gm-plan-pane-${level}`);
    const made = new Canvas(paint, { pane: name }).addTo(map);
    made.redraw();
    return made;
  };
})();
