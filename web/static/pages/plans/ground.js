// The ground of a plan: units, the graph of their borders, their shapes. It never changes while a plan is drawn.
"use strict";
window.gridmap = window.gridmap || {};
gridmap.plans = gridmap.plans || {};

(() => {
  const WORLD = 256; // pixels at zoom 0
  const mercator = (lon, lat) => [
    WORLD * (lon / 360 + 0.5),
    WORLD * (0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)),
  ];

  // Middle of a ring by area, and twice its signed area.
  const centroid = ({ x, y }) => {
    let area = 0;
    let cx = 0;
    let cy = 0;
    for (let at = 0, before = x.length - 1; at < x.length; before = at, at += 1) {
      // Around the first corner: the difference of products of large numbers would lose its digits.
      const [ax, ay, bx, by] = [x[before] - x[0], y[before] - y[0], x[at] - x[0], y[at] - y[0]];
      const cross = ax * by - bx * ay;
      area += cross;
      cx += (ax + bx) * cross;
      cy += (ay + by) * cross;
    }
    return area ? { x: x[0] + cx / (3 * area), y: y[0] + cy / (3 * area), area: Math.abs(area) } : { x: x[0], y: y[0], area: 0 };
  };

  const inRing = ({ x, y }, px, py) => {
    let inside = false;
    for (let at = 0, before = x.length - 1; at < x.length; before = at, at += 1) {
      if (y[at] > py !== y[before] > py && px < ((x[before] - x[at]) * (py - y[at])) / (y[before] - y[at]) + x[at]) inside = !inside;
    }
    return inside;
  };

  class Ground {
    // ``json``: the answer of ground.json.
    constructor(json) {
      const units = json.units;
      this.plan = json.plan;
      this.communities = json.communities;
      this.compounds = json.compounds;
      this.size = units.households.length;
      this.kind = units.kind;
      this.name = units.name;
      this.fixed = units.fixed;
      this.community = Int32Array.from(units.community);
      this.compound = Int32Array.from(units.compound);
      for (const column of ["households", "hours", "area_m2", "perimeter_m", "x_m", "y_m"]) this[column] = Float64Array.from(units[column]);
      this.edges = json.edges;
      this._link();
      this._project(json.shapes);
      this._index();
    }

    // Neighbours of unit u: neighbour[start[u]] to neighbour[start[u + 1] - 1], with the row of their border in edges.
    _link() {
      const { a, b } = this.edges;
      this.start = new Int32Array(this.size + 1);
      for (let edge = 0; edge < a.length; edge += 1) {
        this.start[a[edge] + 1] += 1;
        this.start[b[edge] + 1] += 1;
      }
      for (let unit = 0; unit < this.size; unit += 1) this.start[unit + 1] += this.start[unit];
      const next = this.start.slice();
      this.neighbour = new Int32Array(2 * a.length);
      this.edge = new Int32Array(2 * a.length);
      for (let edge = 0; edge < a.length; edge += 1) {
        for (const [from, to] of [[a[edge], b[edge]], [b[edge], a[edge]]]) {
          this.neighbour[next[from]] = to;
          this.edge[next[from]] = edge;
          next[from] += 1;
        }
      }
    }

    // Shapes and middles in pixels of zoom 0, and the box of each unit: west, north, east, south.
    _project(shapes) {
      this.rings = [];
      this.x = new Float64Array(this.size);
      this.y = new Float64Array(this.size);
      this.box = new Float64Array(4 * this.size);
      shapes.forEach((polygons, unit) => {
        const rings = polygons.flatMap((polygon) => polygon.map((points) => {
          const ring = { x: new Float64Array(points.length), y: new Float64Array(points.length) };
          points.forEach(([lon, lat], at) => { [ring.x[at], ring.y[at]] = mercator(lon, lat); });
          return ring;
        }));
        this.rings.push(rings);
        const middle = rings.map(centroid).reduce((one, other) => (other.area > one.area ? other : one));
        [this.x[unit], this.y[unit]] = [middle.x, middle.y];
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        for (const { x, y } of rings) {
          for (let at = 0; at < x.length; at += 1) {
            box[0] = Math.min(box[0], x[at]);
            box[1] = Math.min(box[1], y[at]);
            box[2] = Math.max(box[2], x[at]);
            box[3] = Math.max(box[3], y[at]);
          }
        }
        this.box.set(box, 4 * unit);
      });
    }

    // Which units a cell of a raster may hold.
    _index() {
      const [west, north, east, south] = this.boxOf(Array.from({ length: this.size }, (_, unit) => unit));
      const across = Math.max(1, Math.ceil(Math.sqrt(this.size)));
      const step = Math.max((east - west) / across, (south - north) / across) || 1;
      const cells = new Map();
      const cell = (x, y) => Math.floor((x - west) / step) + 4096 * Math.floor((y - north) / step);
      for (let unit = 0; unit < this.size; unit += 1) {
        const [left, top, right, bottom] = this.box.subarray(4 * unit, 4 * unit + 4);
        for (let y = Math.floor((top - north) / step); y <= Math.floor((bottom - north) / step); y += 1) {
          for (let x = Math.floor((left - west) / step); x <= Math.floor((right - west) / step); x += 1) {
            const key = x + 4096 * y;
            if (!cells.has(key)) cells.set(key, []);
            cells.get(key).push(unit);
          }
        }
      }
      this._near = (x, y) => cells.get(cell(x, y)) || [];
    }

    // The smallest box around units, in pixels of zoom 0.
    boxOf(units) {
      const found = [Infinity, Infinity, -Infinity, -Infinity];
      for (const unit of units) {
        const at = 4 * unit;
        found[0] = Math.min(found[0], this.box[at]);
        found[1] = Math.min(found[1], this.box[at + 1]);
        found[2] = Math.max(found[2], this.box[at + 2]);
        found[3] = Math.max(found[3], this.box[at + 3]);
      }
      return found;
    }

    bounds(units) {
      const [west, north, east, south] = this.boxOf(units);
      return L.latLngBounds(this.latLng(west, south), this.latLng(east, north));
    }

    point(latlng) {
      return mercator(latlng.lng, latlng.lat);
    }

    latLng(x, y) {
      return L.CRS.EPSG3857.pointToLatLng(L.point(x, y), 0);
    }

    middle(unit) {
      return this.latLng(this.x[unit], this.y[unit]);
    }

    // The unit at a place, -1 for none.
    at(latlng) {
      const [x, y] = this.point(latlng);
      const holds = (unit) => this.rings[unit].reduce((inside, ring) => (inRing(ring, x, y) ? !inside : inside), false);
      return this._near(x, y).find(holds) ?? -1;
    }

    // Units whose middle lies in a box (of latitudes and longitudes).
    within(bounds) {
      const [west, north] = this.point(bounds.getNorthWest());
      const [east, south] = this.point(bounds.getSouthEast());
      const found = [];
      for (let unit = 0; unit < this.size; unit += 1) {
        if (this.x[unit] >= west && this.x[unit] <= east && this.y[unit] >= north && this.y[unit] <= south) found.push(unit);
      }
      return found;
    }

    // The unit at a place and those whose middle is within so many metres of it.
    around(latlng, metres) {
      const [x, y] = this.point(latlng);
      const reach = (metres * WORLD) / (40075016.7 * Math.cos((latlng.lat * Math.PI) / 180));
      const found = new Set();
      const here = this.at(latlng);
      if (here >= 0) found.add(here);
      for (let unit = 0; unit < this.size; unit += 1) {
        if ((this.x[unit] - x) ** 2 + (this.y[unit] - y) ** 2 <= reach * reach) found.add(unit);
      }
      return [...found];
    }

    // The unit from here in a direction (dx, dy of the screen): what is straight ahead before what is near. -1 for none.
    towards(unit, dx, dy) {
      let best = -1;
      let least = Infinity;
      for (let other = 0; other < this.size; other += 1) {
        const [x, y] = [this.x[other] - this.x[unit], this.y[other] - this.y[unit]];
        const ahead = x * dx + y * dy;
        const aside = Math.abs(x * dy - y * dx);
        if (ahead <= 0 || aside > 2 * ahead) continue;
        const far = ahead + 2 * aside;
        if (far < least) [best, least] = [other, far];
      }
      return best;
    }
  }

  gridmap.plans.Ground = Ground;
})();
