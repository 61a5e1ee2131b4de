// Zones and lines drawn over a camera's picture; the viewBox fits exactly as `object-fit: contain`.

export default {
  props: {
    camera: { type: Object, required: true },
    size: { type: Array, required: true },
    box: { type: Array, default: null },
  },
  template: `
    <svg class="shn-shapes" :viewBox="'0 0 ' + size[0] + ' ' + size[1]" preserveAspectRatio="xMidYMid meet" aria-hidden="true">
      <g v-for="zone in camera.zones || []" :key="'z' + zone.name">
        <polygon :points="zone.points.map(scaled).join(' ')" class="zone"></polygon>
        <text :x="scaled(zone.points[0])[0] + gap" :y="scaled(zone.points[0])[1] + 2 * gap" :font-size="2 * gap">{{ zone.name }}</text>
      </g>
      <g v-for="line in camera.lines || []" :key="'l' + line.name">
        <polyline :points="[line.start, line.end].map(scaled).join(' ')" class="line"></polyline>
        <text :x="scaled(line.start)[0] + gap" :y="scaled(line.start)[1] - gap" :font-size="2 * gap">{{ line.name }}</text>
      </g>
    </svg>`,
  computed: {
    gap() {
      return this.size[1] / 60;
    },
  },
  methods: {
    scaled([x, y]) {
      return [x * this.size[0], y * this.size[1]];
    },
  },
};
