// Places as metres on a plane around a middle (equirectangular: exact enough for a city).

const METRES_PER_DEGREE = 111320;
const RADIANS = Math.PI / 180;
export const BASRA = { lat_deg: 30.5085, lon_deg: 47.7804 };

/** Return [east, north] in metres of a place seen from `middle`. */
export function metresOf(middle, place) {
  return [
    (place.lon_deg - middle.lon_deg) * METRES_PER_DEGREE * Math.cos(middle.lat_deg * RADIANS),
    (place.lat_deg - middle.lat_deg) * METRES_PER_DEGREE,
  ];
}

/** Return the place so many metres from `middle`, to about a decimetre. */
export function placeOf(middle, [east, north]) {
  const round = (degrees) => Math.round(degrees * 1e6) / 1e6;
  return {
    lat_deg: round(middle.lat_deg + north / METRES_PER_DEGREE),
    lon_deg: round(middle.lon_deg + east / (METRES_PER_DEGREE * Math.cos(middle.lat_deg * RADIANS))),
  };
}

/** Return the next of 1, 2, 5, 10 … above a length. */
export function niceLength(metres) {
  const power = 10 ** Math.floor(Math.log10(metres));
  return [1, 2, 5, 10].find((one) => one * power >= metres) * power;
}
