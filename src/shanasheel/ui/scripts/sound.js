// Two soft tones for a new alert; a third, higher one when it is urgent.

/** Sound an alert of a priority (`high`, `normal`, `low`). */
export function chime(priority) {
  const context = new AudioContext();
  const tones_hz = priority === "high" ? [660, 660, 880] : [520, 660];
  tones_hz.forEach((tone_hz, index) => {
    const [tone, loudness] = [context.createOscillator(), context.createGain()];
    const start = context.currentTime + index * 0.18;
    tone.frequency.value = tone_hz;
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(0.16, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.32);
    tone.connect(loudness).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.34);
  });
  setTimeout(() => context.close(), 1500);
}
