// When each picture of a stored segment is shown, read from its fragments (ISO/IEC 14496-12 §8.8).
//
// Stepping by single pictures needs it: cameras and the shielded view do not keep an even rate.

const CONTAINERS = new Set(["moov", "trak", "mdia", "moof", "traf"]);

function* boxes(view, from, to) {
  let at = from;
  while (at + 8 <= to) {
    let size = view.getUint32(at);
    let body = at + 8;
    if (size === 1) {
      size = Number(view.getBigUint64(at + 8));
      body += 8;
    }
    if (size < 8 || at + size > to) return;
    const type = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
    yield { type, body, end: at + size };
    if (CONTAINERS.has(type)) yield* boxes(view, body, at + size);
    at += size;
  }
}

function defaultDuration(view, { body }) {
  const flags = view.getUint32(body) & 0xffffff;
  const at = body + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
  return flags & 8 ? view.getUint32(at) : 0;
}

function* samples(view, { body, end }, time, usual) {
  const flags = view.getUint32(body) & 0xffffff;
  const count = view.getUint32(body + 4);
  let at = body + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  for (let index = 0; index < count && at <= end; index += 1) {
    let length = usual;
    let offset = 0;
    if (flags & 0x100) length = view.getUint32((at += 4) - 4);
    if (flags & 0x200) at += 4;
    if (flags & 0x400) at += 4;
    if (flags & 0x800) offset = view.getInt32((at += 4) - 4);
    yield { shown: time + offset, after: time + length };
    time += length;
  }
}

/** Return seconds since the segment's start at which pictures are shown, in order. */
export function frameTimes(content) {
  const view = new DataView(content);
  let scale = 0;
  let time = 0;
  let usual = 0;
  const found = [];
  for (const box of boxes(view, 0, view.byteLength)) {
    if (box.type === "mdhd" && !scale) scale = view.getUint32(box.body + (view.getUint8(box.body) === 1 ? 20 : 12));
    else if (box.type === "tfhd") usual = defaultDuration(view, box);
    else if (box.type === "tfdt") time = view.getUint8(box.body) === 1 ? Number(view.getBigUint64(box.body + 4)) : view.getUint32(box.body + 4);
    else if (box.type === "trun") {
      for (const one of samples(view, box, time, usual)) {
        found.push(one.shown);
        time = one.after;
      }
    }
  }
  return scale ? found.map((ticks) => ticks / scale).sort((one, other) => one - other) : [];
}
