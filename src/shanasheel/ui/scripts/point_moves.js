// How far a key moves a point of a picture; points are ratios of its width and height.

const STEP = 0.01;
const FINE = 0.002;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export const within = (value) => Math.min(1, Math.max(0, Math.round(value * 1000) / 1000));

/** Return where a key moves a point (with Shift finely), or null where it is no such key. */
export function movedBy(event, point) {
  const move = MOVES[event.key];
  return move ? move.map((way, axis) => within(point[axis] + way * (event.shiftKey ? FINE : STEP))) : null;
}

/** Return where in an element an event happened, as ratios. */
export function ratioIn(element, event) {
  const edges = element.getBoundingClientRect();
  return [within((event.clientX - edges.left) / edges.width), within((event.clientY - edges.top) / edges.height)];
}
