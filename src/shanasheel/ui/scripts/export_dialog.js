// Handing out a marked span of one camera as a file: what it will hold, progress, what it held.

import { get, query, ROOT } from "shanasheel-ui/api.js";
import { bytes, dateTime, duration } from "shanasheel-ui/format.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

const MOST_BYTES = 1024 ** 3; // kept in the browser's memory; larger files go to it directly
const LONGEST_US = 6 * 3600e6;

export default {
  components: { shnDialog },
  props: { cameras: { type: Array, required: true }, grants: { type: Object, required: true }, span: { type: Array, required: true } },
  emits: ["close"],
  template: `
    <shn-dialog :title="t('export.title')" @close="leave">
      <form @submit.prevent="save" data-role="export">
        <label class="shn-field">{{ t('export.camera') }}<select v-model="id" name="camera"><option v-for="one in cameras" :key="one.id" :value="one.id">{{ cameraName(one) }}</option></select></label>
        <dl class="shn-told">
          <dt>{{ t('export.asked') }}</dt><dd><bdi>{{ dateTime(span[0]) }}</bdi> – <bdi>{{ dateTime(span[1]) }}</bdi> · {{ duration((span[1] - span[0]) / 1e6) }}</dd>
          <dt>{{ t('export.holds') }}</dt><dd>{{ grant ? t('export.raw') : t('export.shielded') }} {{ t('export.groups') }}</dd>
          <dt>{{ t('export.size') }}</dt><dd data-role="size">{{ size === null ? '…' : t('export.about', { size: bytes(size) }) }}</dd>
          <dt v-if="gaps.length">{{ t('export.lacks') }}</dt><dd v-if="gaps.length"><div v-for="gap in gaps" :key="gap[0]"><bdi>{{ dateTime(gap[0]) }}</bdi> · {{ duration((gap[1] - gap[0]) / 1e6) }} · {{ tk('cause', gap[2]) }}</div></dd>
          <dt v-if="result">{{ t('export.held') }}</dt><dd v-if="result" data-role="held"><div><bdi>{{ result.held.map(dateTime).join(' – ') }}</bdi></div><div>{{ result.missing ? t('export.missing', { number: result.missing }) : t('export.whole') }}</div></dd>
        </dl>
        <div v-if="busy" class="shn-progress"><i :style="{ inlineSize: (share * 100).toFixed(1) + '%' }"></i><bdi>{{ share ? Math.round(share * 100) + '%' : t('export.cutting') }}</bdi></div>
        <p v-if="tooLong" class="shn-fault">{{ t('export.too_long') }}</p>
        <p v-if="fault" class="shn-fault" role="alert">{{ fault }}</p>
        <footer>
          <button class="shn-button" type="button" @click="leave">{{ t('close') }}</button>
          <button class="shn-button primary" type="submit" :disabled="busy || tooLong || size === 0"><span class="mi" aria-hidden="true">download</span>{{ t('export.save') }}</button>
        </footer>
      </form>
    </shn-dialog>`,
  data() {
    return { id: this.cameras[0].id, size: null, gaps: [], busy: false, share: 0, fault: "", result: null };
  },
  computed: {
    grant() {
      return this.grants[this.id] || null;
    },
    stream() {
      return this.grant ? "main" : "shielded";
    },
    tooLong() {
      return this.span[1] - this.span[0] > LONGEST_US;
    },
    wanted() {
      return { from: this.span[0], to: this.span[1], stream: this.stream, grant: this.grant?.id };
    },
  },
  watch: { id: { handler: "look", immediate: true } },
  methods: {
    t, tk, bytes, dateTime, duration, cameraName,
    /** Learn what the span holds before anything is cut. */
    async look() {
      Object.assign(this, { size: null, gaps: [], result: null, fault: "" });
      const path = `/cameras/${encodeURIComponent(this.id)}`;
      try {
        const [found, line] = await Promise.all([
          get(`${path}/segments${query(this.wanted)}`),
          get(`/timeline${query({ cameras: this.id, from: this.span[0], to: this.span[1], px: 400 })}`),
        ]);
        this.size = Math.round(found.items.reduce((sum, one) => sum + one.size_bytes * this.part(one), 0));
        this.gaps = line.items[0].gaps.filter(([from, to]) => from < to).slice(0, 8);
        if (!found.items.length) this.fault = t("export.nothing");
      } catch (problem) {
        this.refuse(problem);
      }
    },
    part({ start_us, end_us }) {
      const inside = Math.min(end_us, this.span[1]) - Math.max(start_us, this.span[0]);
      return Math.max(0, inside / (end_us - start_us));
    },
    async save() {
      Object.assign(this, { busy: true, share: 0, fault: "", result: null });
      this.stopper = new AbortController();
      const address = `${ROOT}/cameras/${encodeURIComponent(this.id)}/export${query(this.wanted)}`;
      try {
        if (this.size > MOST_BYTES) return this.hand(address, "");
        const answer = await fetch(address, { credentials: "same-origin", signal: this.stopper.signal });
        if (!answer.ok) throw Object.assign(new Error(), await answer.json());
        const content = await this.read(answer);
        const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))?.[1] || "export.mp4";
        const url = URL.createObjectURL(content);
        this.hand(url, name);
        setTimeout(() => URL.revokeObjectURL(url), 60000);
        const missing = answer.headers.get("X-Shanasheel-Missing");
        this.result = { held: answer.headers.get("X-Shanasheel-Held").split("/"), missing: missing === "none" ? 0 : missing.split(", ").length };
      } catch (problem) {
        if (!this.stopper.signal.aborted) this.refuse(problem);
      } finally {
        this.busy = false;
      }
      return undefined;
    },
    async read(answer) {
      const total = Number(answer.headers.get("Content-Length")) || 1;
      const parts = [];
      let got = 0;
      const reader = answer.body.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        parts.push(next.value);
        got += next.value.length;
        this.share = got / total;
      }
      return new Blob(parts, { type: "video/mp4" });
    },
    hand(url, name) {
      const link = document.createElement("a");
      link.href = url;
      link.download = name;
      document.body.append(link);
      link.click();
      link.remove();
    },
    refuse(problem) {
      this.fault = [problem.detail || problem.message || t("fault.unreachable"), problem.remedy].filter(Boolean).join(" ");
    },
    leave() {
      this.stopper?.abort();
      this.$emit("close");
    },
  },
};
