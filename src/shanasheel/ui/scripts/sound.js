// Two soft tones for a new alert; a third, higher one when it is urgent; louder when nobody answers.

const TONES_HZ = { high: [660, 660, 880], reminded: [660, 880, 660, 880], escalated: [880, 660, 880, 660, 880, 1100] };
const LOUD = { reminded: 0.3, escalated: 0.6 }; // of 1

/** Sound an alert of a priority (`high`, `normal`, `low`), or one that nobody answered (`reminded`, `escalated`). */
export function chime(priority) {
  const context = new AudioContext();
  const tones_hz = TONES_HZ[priority] || [520, 660];
  const loud = LOUD[priority] || 0.16;
  tones_hz.forEach((tone_hz, index) => {
    const [tone, loudness] = [context.createOscillator(), context.createGain()];
    const start = context.currentTime + index * 0.18;
    tone.frequency.value = tone_hz;
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(loud, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.32);
    tone.connect(loudness).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.34);
  });
  setTimeout(() => context.close(), 2500);
}
